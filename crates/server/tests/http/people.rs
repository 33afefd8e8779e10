//! Whom a word in a request means, and what may not be learned by asking.

use crate::harness::{Answer, Client, PASSWORD, Server};
use domain::issue::IssueRow;
use domain::page::Page;
use domain::problem::Code;
use domain::user::{Me, User};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[actix_web::test]
async fn no_name_is_the_id_of_an_account() {
    let server = Server::with(&[("IIT_REGISTRATION", "open")]);
    let id = server.person("lead").id;
    let anonymous = server.anonymous();
    let admin = server.as_("admin");
    for name in [
        id.simple().to_string(),
        id.simple().to_string().to_uppercase(),
    ] {
        let form = json!({"username": name, "email": "new@example.com", "password": PASSWORD});
        let answer = anonymous.post("/api/v1/auth/register", form.clone()).await;
        assert_eq!(answer.invalid(), ["/username"]);
        let answer = admin.post("/api/v1/users", form).await;
        assert_eq!(answer.invalid(), ["/username"]);
        let told: User = admin.get(&format!("/api/v1/users/{name}")).await.ok();
        assert_eq!(told.username, "lead");
        let body = json!({"identifier": name, "password": PASSWORD});
        anonymous
            .post("/api/v1/auth/login", body)
            .await
            .problem(Code::WrongCredentials);
    }
}

/// What an answer says, but for what differs between any two.
fn told(answer: &Answer) -> (u16, Value) {
    let mut said: Value = answer.read();
    for own in ["request_id", "instance"] {
        said.as_object_mut().unwrap().remove(own);
    }
    (answer.status, said)
}

#[actix_web::test]
async fn whoever_may_not_assign_learns_of_no_address() {
    let server = Server::new();
    server.issue("reporter", "APP", "Mine").await;
    server.issue("lead", "APP", "Another's").await;
    let words = ["lead@example.com", "nobody@example.com", "lead", "nobody"];
    for (who, issue) in [
        ("viewer", "APP-2"),
        ("reporter", "APP-1"),
        ("developer", "APP-1"),
    ] {
        let client = server.as_(who);
        let mut answers = Vec::new();
        for word in words {
            let patch = json!({"assignee": word});
            let answer = client
                .patch(&format!("/api/v1/issues/{issue}"), patch)
                .await;
            answers.push(told(&answer));
        }
        assert!(answers.iter().all(|a| a.0 == 403), "{who}: {answers:?}");
        assert!(answers.windows(2).all(|two| two[0] == two[1]), "{who}");
    }
    let reporter = server.as_("reporter");
    let mut answers = Vec::new();
    for word in words {
        for field in ["assignee", "on_behalf_of"] {
            let body = json!({"title": "One more", field: word});
            let made = reporter.post("/api/v1/projects/APP/issues", body).await;
            answers.push((field, told(&made)));
        }
    }
    assert!(answers.iter().all(|(_, a)| a.0 == 403), "{answers:?}");
    for field in ["assignee", "on_behalf_of"] {
        let mut of = answers.iter().filter(|(f, _)| *f == field);
        let first = of.next().unwrap();
        assert!(of.all(|other| other == first), "{answers:?}");
    }
    // Whoever may take issues names themselves in every way.
    let developer = server.as_("developer");
    let me: Me = developer.get("/api/v1/me").await.ok();
    for word in [
        me.user.id.to_string(),
        "Developer".into(),
        "DEVELOPER@example.com".into(),
    ] {
        for assignee in [json!(word), Value::Null] {
            developer
                .patch("/api/v1/issues/APP-1", json!({"assignee": assignee}))
                .await
                .is(200);
        }
    }
}

#[actix_web::test]
async fn what_may_not_be_changed_is_not_looked_up() {
    let server = Server::new();
    server.issue("reporter", "APP", "Mine").await;
    let lead = server.as_("lead");
    for (path, name) in [("labels", "known"), ("versions", "known")] {
        let path = format!("/api/v1/projects/APP/{path}");
        lead.post(&path, json!({"name": name})).await.is(201);
    }
    let viewer = server.as_("viewer");
    for (known, unknown) in [
        (json!({"labels": ["known"]}), json!({"labels": ["unknown"]})),
        (
            json!({"fixed_version": "known"}),
            json!({"fixed_version": "unknown"}),
        ),
        (
            json!({"affected_version": "known"}),
            json!({"affected_version": "unknown"}),
        ),
        (json!({"parent": "APP-1"}), json!({"parent": "APP-99"})),
        (json!({"status": "done"}), json!({"status": "unknown"})),
    ] {
        let path = "/api/v1/issues/APP-1";
        let one = viewer.patch(path, known.clone()).await;
        let other = viewer.patch(path, unknown).await;
        assert_eq!(one.status, 403, "{known}");
        assert_eq!(told(&one), told(&other), "{known}");
    }
}

#[actix_web::test]
async fn a_filter_finds_people_by_name_and_id_and_says_that_it_finds_none_by_address() {
    let server = Server::new();
    server.issue("lead", "ENG", "Found").await;
    let lead = server.as_("lead");
    let id = server.person("lead").id;
    let found = |query: String| {
        let lead = &lead;
        async move {
            let page: Page<IssueRow> = lead.get(&format!("/api/v1/issues?{query}")).await.ok();
            page.items.len()
        }
    };
    lead.patch("/api/v1/issues/ENG-1", json!({"assignee": "lead"}))
        .await
        .is(200);
    for field in ["reporter", "assignee"] {
        for who in [
            "lead".to_string(),
            "@LEAD".into(),
            id.to_string(),
            id.simple().to_string().to_uppercase(),
        ] {
            assert_eq!(found(format!("{field}={who}")).await, 1, "{field}={who}");
            assert_eq!(found(format!("q={field}:{who}")).await, 1, "{field}:{who}");
            assert_eq!(
                found(format!("q=-{field}:{who}")).await,
                0,
                "-{field}:{who}"
            );
        }
        assert_eq!(found(format!("{field}={}", uuid::Uuid::new_v4())).await, 0);
        let path = format!("/api/v1/issues?{field}=lead@example.com");
        assert_eq!(lead.get(&path).await.invalid(), [format!("?{field}")]);
        let path = format!("/api/v1/issues?q={field}:lead@example.com");
        let said = lead.get(&path).await;
        assert!((400..=422).contains(&said.status));
        assert!(
            said.text().contains("e-mail addresses find nobody"),
            "{}",
            said.text()
        );
    }
}

#[actix_web::test]
async fn references_of_issues_that_somebody_does_not_see_are_not_told() {
    let server = Server::new();
    let report = |who: &str, project: &str, reference: &str| {
        let client = server.as_(who);
        let path = format!("/api/v1/projects/{project}/issues");
        let body = json!({"title": "Imported", "external_ref": reference});
        async move { client.post(&path, body).await }
    };
    report("lead", "APP", "X-1").await.is(201);
    // Reporters of APP see their own.
    let (taken, free) = (
        report("reporter", "APP", "X-1").await,
        report("reporter", "APP", "X-2").await,
    );
    assert_eq!(taken.status, 403);
    assert_eq!(told(&taken), told(&free));
    // Where everybody sees everything, there is nothing to learn.
    report("lead", "ENG", "X-1").await.is(201);
    report("developer", "ENG", "X-2").await.is(201);
    report("developer", "ENG", "X-1")
        .await
        .problem(Code::AlreadyExists);
    report("developer", "APP", "X-1")
        .await
        .problem(Code::AlreadyExists);
}

/// User names that somebody finds in the directory by every letter, digit and by none.
async fn harvested(client: &Client) -> BTreeSet<String> {
    let me: Me = client.get("/api/v1/me").await.ok();
    let letters = ('a'..='z').chain('0'..='9').map(|c| format!("&text={c}"));
    let mut names = BTreeSet::new();
    for part in letters.chain([String::new()]) {
        let path = format!("/api/v1/users?limit=100{part}");
        let page: Page<User> = client.get(&path).await.ok();
        assert_eq!(page.items.len() as i64, page.total.count);
        for user in page.items {
            assert!(user.email.is_none() || user.id == me.user.id);
            names.insert(user.username);
        }
    }
    names
}

#[actix_web::test]
async fn the_directory_has_those_whom_one_can_meet_and_no_others() {
    let server = Server::new();
    let outsider = server.of(&server.account("outsider", domain::user::Role::Developer));
    let (rita, lead) = (server.as_("reporter"), server.as_("lead"));
    let everybody = harvested(&outsider).await;
    assert!(
        everybody.contains("reporter2"),
        "there is a project for all"
    );
    // No project exists for all accounts but those whose reporters see their own.
    server.run("update project set visibility = 'private' where reporters_see = 'all'");
    server.run("delete from membership");
    let staff = [
        "admin",
        "developer",
        "lead",
        "maintainer",
        "outsider",
        "viewer",
    ];
    let mut met: Vec<String> = staff.map(String::from).to_vec();
    met.push("reporter".into());
    met.sort();
    assert_eq!(harvested(&rita).await.into_iter().collect::<Vec<_>>(), met);
    for (path, status) in [
        ("/api/v1/users/reporter2", 404),
        ("/api/v1/users/lead", 200),
        ("/api/v1/users/reporter", 200),
        ("/api/v1/activity?user=reporter2", 422),
        ("/api/v1/activity?user=nobody", 422),
        ("/api/v1/activity?user=lead", 200),
    ] {
        rita.get(path).await.is(status);
    }
    let hidden = rita.get("/api/v1/users/reporter2").await;
    let absent = rita.get("/api/v1/users/nobody_at_all").await;
    assert_eq!(told(&hidden), told(&absent));
    // All projects are private: only members meet.
    server.run("update project set visibility = 'private'");
    assert_eq!(harvested(&outsider).await.len(), 1);
    let add = |project: &'static str, who: &'static str, role: &'static str| {
        let admin = server.as_("admin");
        async move {
            let path = format!("/api/v1/projects/{project}/members");
            let body = json!({"identifier": who, "role": role});
            admin.post(&path, body).await.is(201);
        }
    };
    add("SEC", "outsider", "developer").await;
    add("SEC", "viewer", "viewer").await;
    let members: Vec<String> = harvested(&outsider).await.into_iter().collect();
    assert_eq!(members, ["outsider", "viewer"]);
    for (who, role) in [
        ("reporter", "reporter"),
        ("reporter2", "reporter"),
        ("maintainer", "maintainer"),
    ] {
        add("APP", who, role).await;
    }
    let met: Vec<String> = harvested(&rita).await.into_iter().collect();
    assert_eq!(met, ["maintainer", "reporter"]);
    let members: Page<Value> = rita.get("/api/v1/projects/APP/members").await.ok();
    assert_eq!(members.items.len(), 2);
    rita.get("/api/v1/projects/APP/members/reporter2")
        .await
        .is(404);
    // Whoever adds members finds everybody.
    add("SEC", "lead", "lead").await;
    assert_eq!(harvested(&lead).await, everybody);
}
