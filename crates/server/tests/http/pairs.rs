//! Something is removed, moved or closed while something else begins to depend on it: every such pair,
//! in every order that the machine makes of them.
//!
//! In each round one removal runs beside all that may depend on it. Whatever comes of them, nobody is
//! told what they cannot understand (a fault of ours, a conflict without having named a version, the
//! absence of what they see), and everything in `invariants.sql` holds.

use crate::harness::{Answer, Client, Server};
use domain::issue::Issue;
use domain::problem::Problem;
use domain::user::Role;
use futures_util::future::{BoxFuture, join_all};
use reqwest::Method;
use serde_json::{Value, json};
use store::access::Actor;
use testkit::Dice;

/// Rounds of each removal; `IIT_RACE_ROUNDS` asks for more.
const ROUNDS: u64 = 3;

/// What a round plays with.
struct Stage {
    key: String,
    issue: Issue,
    other: Issue,
    parent: Issue,
    duplicate: Issue,
    comment: uuid::Uuid,
    file: String,
    member: Actor,
}

/// A request: who sends it, what it is called, how.
struct Act {
    what: &'static str,
    who: Who,
    method: Method,
    path: String,
    body: Value,
}

#[derive(Clone, Copy, PartialEq)]
enum Who {
    /// Sees and may everything in the project, before and after.
    Lead,
    /// The member, who may lose what they have in between.
    Member,
    Admin,
}

fn act(what: &'static str, who: Who, method: Method, path: String, body: Value) -> Act {
    Act {
        what,
        who,
        method,
        path,
        body,
    }
}

async fn stage(server: &Server, round: usize, visibility: &str) -> Stage {
    let lead = server.as_("lead");
    let key = format!("R{round}");
    let project =
        json!({"key": key, "name": "Raced for", "template": "software", "visibility": visibility});
    lead.post("/api/v1/projects", project).await.is(201);
    let at = format!("/api/v1/projects/{key}");
    let member = server.account(&format!("member_{round}"), Role::Developer);
    let joins = json!({"identifier": member.username, "role": "developer"});
    lead.post(&format!("{at}/members"), joins).await.is(201);
    for kind in ["labels", "versions"] {
        lead.post(&format!("{at}/{kind}"), json!({"name": "x"}))
            .await
            .is(201);
    }
    let issues = format!("{at}/issues");
    let lead_made = |title: &'static str| {
        let (lead, issues) = (lead.clone(), issues.clone());
        async move { lead.post(&issues, json!({"title": title})).await.made() }
    };
    let issue: Issue = lead_made("The issue").await;
    let other: Issue = lead_made("Another").await;
    let parent: Issue = lead_made("The parent").await;
    let duplicate: Issue = lead_made("A duplicate").await;
    let into = json!({"into": issue.key});
    lead.post(&format!("/api/v1/issues/{}/merge", duplicate.key), into)
        .await
        .is(200);
    let comment = lead.comment(&issue.key, json!({"body": "Said"})).await.id;
    let file = lead.upload(&issue.key, "a.txt", b"bytes").await.is(201);
    Stage {
        key,
        issue,
        other,
        parent,
        duplicate,
        comment,
        file: file.header("location"),
        member,
    }
}

/// Everything that takes something away, or changes what others decide by.
fn removals(s: &Stage, workflow: &Value) -> Vec<Act> {
    let (project, issue) = (
        format!("/api/v1/projects/{}", s.key),
        format!("/api/v1/issues/{}", s.issue.id),
    );
    let delete = |what, path: String| act(what, Who::Lead, Method::DELETE, path, Value::Null);
    let patch = |what, path: String, body| act(what, Who::Lead, Method::PATCH, path, body);
    let post = |what, path: String, body| act(what, Who::Lead, Method::POST, path, body);
    let without = json!({
        "statuses": workflow["statuses"].as_array().unwrap().iter()
            .filter(|s| s["slug"] != "assigned").collect::<Vec<_>>(),
        "transitions": workflow["transitions"].as_array().unwrap().iter()
            .filter(|t| t["from"] != "assigned" && t["to"] != "assigned").collect::<Vec<_>>(),
        "moves": {"assigned": "in_progress"},
    });
    vec![
        delete("delete label", format!("{project}/labels/x")),
        patch(
            "rename label",
            format!("{project}/labels/x"),
            json!({"name": "y"}),
        ),
        delete("delete version", format!("{project}/versions/x")),
        patch(
            "rename version",
            format!("{project}/versions/x"),
            json!({"name": "y"}),
        ),
        delete(
            "remove member",
            format!("{project}/members/{}", s.member.username),
        ),
        patch(
            "demote member",
            format!("{project}/members/{}", s.member.username),
            json!({"role": "viewer"}),
        ),
        patch("archive", project.clone(), json!({"archived": true})),
        patch(
            "make private",
            project.clone(),
            json!({"visibility": "private"}),
        ),
        patch(
            "reporters see own",
            project.clone(),
            json!({"reporters_see": "own"}),
        ),
        act(
            "change workflow",
            Who::Lead,
            Method::PUT,
            format!("{project}/workflow"),
            without,
        ),
        delete("delete issue", issue.clone()),
        post(
            "move issue",
            format!("{issue}/move"),
            json!({"project": "OPS"}),
        ),
        post(
            "merge issue",
            format!("{issue}/merge"),
            json!({"into": s.other.id}),
        ),
        post(
            "take out duplicate",
            format!("/api/v1/issues/{}/unmerge", s.duplicate.id),
            json!({}),
        ),
        post(
            "delete many",
            "/api/v1/issues/bulk".into(),
            json!({"issues": [s.issue.id, s.other.id, s.parent.id], "action": "delete"}),
        ),
        delete("delete parent", format!("/api/v1/issues/{}", s.parent.id)),
        post(
            "move parent",
            format!("/api/v1/issues/{}/move", s.parent.id),
            json!({"project": "OPS"}),
        ),
        delete("delete comment", format!("/api/v1/comments/{}", s.comment)),
        delete("delete file", s.file.clone()),
        act(
            "deactivate member",
            Who::Admin,
            Method::PATCH,
            format!("/api/v1/users/{}", s.member.username),
            json!({"active": false}),
        ),
    ]
}

/// Everything that comes to depend on something of the project.
fn dependents(s: &Stage) -> Vec<Act> {
    use Who::{Lead, Member};
    let project = format!("/api/v1/projects/{}", s.key);
    let issues = format!("{project}/issues");
    let issue = format!("/api/v1/issues/{}", s.issue.id);
    let other = format!("/api/v1/issues/{}", s.other.id);
    let create = |what, rest: Value| {
        let mut body = json!({"title": what});
        body.as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        act(what, Lead, Method::POST, issues.clone(), body)
    };
    let patch = |what, path: &str, body| act(what, Lead, Method::PATCH, path.into(), body);
    let post = |what, path: String, body| act(what, Lead, Method::POST, path, body);
    let put = |what, path: String| act(what, Lead, Method::PUT, path, Value::Null);
    let both = json!([s.issue.id, s.other.id]);
    vec![
        create("create", json!({})),
        create("create with label", json!({"labels": ["x"]})),
        create(
            "create with version",
            json!({"fixed_version": "x", "affected_version": "x"}),
        ),
        create("create below", json!({"parent": s.parent.id})),
        create("create below the issue", json!({"parent": s.issue.id})),
        create("create for member", json!({"assignee": s.member.username})),
        create("create in status", json!({"status": "assigned"})),
        patch("put label on", &issue, json!({"labels": ["x"]})),
        patch("name version", &issue, json!({"fixed_version": "x"})),
        patch(
            "assign member",
            &issue,
            json!({"assignee": s.member.username}),
        ),
        patch(
            "assign member elsewhere",
            &other,
            json!({"assignee": s.member.username}),
        ),
        patch("put below", &issue, json!({"parent": s.parent.id})),
        patch("put below the issue", &other, json!({"parent": s.issue.id})),
        patch("change status", &issue, json!({"status": "assigned"})),
        patch("change priority", &issue, json!({"priority": 1})),
        patch(
            "place before",
            &issue,
            json!({"place": {"before": s.other.id}}),
        ),
        put("add label", format!("{other}/labels/x")),
        post(
            "many get label",
            "/api/v1/issues/bulk".into(),
            json!({"issues": both, "patch": {}, "add_labels": ["x"]}),
        ),
        post(
            "many get assignee",
            "/api/v1/issues/bulk".into(),
            json!({"issues": both, "patch": {"assignee": s.member.username}}),
        ),
        post(
            "comment",
            format!("{issue}/comments"),
            json!({"body": "More"}),
        ),
        post(
            "reply",
            format!("{issue}/comments"),
            json!({"body": "Re", "parent": s.comment}),
        ),
        post(
            "relate",
            format!("{issue}/relations"),
            json!({"kind": "blocks", "issue": s.other.id}),
        ),
        post(
            "relate back",
            format!("{other}/relations"),
            json!({"kind": "causes", "issue": s.issue.id}),
        ),
        put("watch", format!("{issue}/watch")),
        put("vote", format!("{issue}/vote")),
        post(
            "merge into",
            format!("{other}/merge"),
            json!({"into": s.issue.id}),
        ),
        post(
            "move other",
            format!("{other}/move"),
            json!({"project": "OPS"}),
        ),
        post(
            "new label",
            format!("{project}/labels"),
            json!({"name": "z"}),
        ),
        post(
            "new version",
            format!("{project}/versions"),
            json!({"name": "z"}),
        ),
        act(
            "member comments",
            Member,
            Method::POST,
            format!("{issue}/comments"),
            json!({"body": "I"}),
        ),
        act(
            "member takes",
            Member,
            Method::PATCH,
            other.clone(),
            json!({"assignee": s.member.username}),
        ),
        act(
            "member votes",
            Member,
            Method::PUT,
            format!("{issue}/vote"),
            Value::Null,
        ),
    ]
}

fn sent(client: &Client, act: &Act) -> BoxFuture<'static, (String, Who, Answer)> {
    let (client, what, who) = (client.clone(), act.what.to_string(), act.who);
    let mut request = client.request(act.method.clone(), &act.path);
    if !act.body.is_null() {
        request = request.json(&act.body);
    }
    Box::pin(async move { (what, who, client.send(request).await) })
}

/// Whether an answer is one that whoever asked can understand.
fn is_understood(who: Who, answer: &Answer) -> bool {
    match answer.status {
        200..=299 => true,
        // The state is not what it was, or a name means nothing any more: both say which.
        409 | 422 => true,
        // Said what is absent.
        404 if answer.read::<Problem>().detail.is_some() => true,
        // What they could before they cannot any more.
        401 | 403 | 404 => who == Who::Member,
        _ => false,
    }
}

async fn run(part: usize, of: usize) {
    let server = Server::new();
    let rounds = std::env::var("IIT_RACE_ROUNDS")
        .ok()
        .and_then(|n| n.parse().ok());
    let mut dice = Dice::new(u64::try_from(part).unwrap() + 1);
    let workflow = server
        .as_("lead")
        .get("/api/v1/projects/ENG/workflow")
        .await;
    let workflow: Value = workflow.ok();
    let mut round = 0;
    let mut wrong = Vec::new();
    for which in (part..20).step_by(of) {
        for _ in 0..rounds.unwrap_or(ROUNDS) {
            round += 1;
            let open = dice.one_in(3);
            let s = stage(&server, round, if open { "internal" } else { "private" }).await;
            let removals = removals(&s, &workflow);
            assert_eq!(removals.len(), 20);
            let removal = &removals[which];
            let mut acts = dependents(&s);
            // In another order each time, the removal somewhere among them.
            for i in (1..acts.len()).rev() {
                acts.swap(i, dice.below(i + 1));
            }
            let at = dice.below(acts.len());
            let clients = |who| match who {
                Who::Lead => server.as_("lead"),
                Who::Admin => server.as_("admin"),
                Who::Member => server.of(&s.member),
            };
            let mut all: Vec<_> = acts.iter().map(|a| sent(&clients(a.who), a)).collect();
            all.insert(at, sent(&clients(removal.who), removal));
            for (what, who, answer) in join_all(all).await {
                if !is_understood(who, &answer) {
                    wrong.push(format!(
                        "{} beside {what}: {} {}",
                        removal.what,
                        answer.status,
                        answer.text()
                    ));
                }
            }
            server.settle();
            let broken = server.broken();
            wrong.extend(broken.into_iter().map(|b| format!("{}: {b}", removal.what)));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} things:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[actix_web::test]
async fn what_is_removed_beside_what_depends_on_it_first_half() {
    run(0, 2).await;
}

#[actix_web::test]
async fn what_is_removed_beside_what_depends_on_it_second_half() {
    run(1, 2).await;
}
