//! What somebody may not see does not exist for them, in any answer; and where each threat of
//! `trust.md`, part A, those at the door in its part B, and those of its files and data are tried:
//!
//! | Threat | Tried in |
//! | --- | --- |
//! | T01 children of another parent | `problems::what_belongs_to_another_parent_does_not_exist_here`, every `H` of `sweep` |
//! | T02 files linked anew | `drafts::only_ones_own_drafts_of_that_very_place_are_taken_along`, `owners`, `sweep` (`/attachments/{id}`) |
//! | T03 foreign ids in the body | [`no_field_of_a_body_tells_what_is_hidden`] (every field of every body), `problems::what_belongs_to_another_parent_does_not_exist_here`, `sweep` (`POST /issues`) |
//! | T04 secondary channels | [`a_busy_private_world_beside_changes_no_answer`], [`what_staff_does_beside_a_reporter_changes_no_answer_of_theirs`], `live::everybody_hears_only_what_exists_for_them` |
//! | T05 identity from the client | `problems::who_somebody_is_does_not_come_from_the_client` |
//! | T06 mass assignment | [`no_body_takes_a_field_that_is_not_its_own`] |
//! | T07 escalation among members | [`nobody_climbs_by_managing_members`], `races::two_leads_cannot_leave_at_once` |
//! | T08 old objects after access is gone | [`whoever_left_finds_nothing_of_it_anywhere`], `live::a_stream_ends_with_what_allowed_it` |
//! | T09 sorting and grouping as oracle | [`parameters_take_words_of_their_lists_only`] |
//! | T10 principals that look alike | `tokens::a_token_with_the_id_of_somebody_or_something_else_is_only_itself`, `tokens::each_token_has_keys_of_its_own`, `tokens::limits_are_those_of_a_token_once_it_is_known_to_be_one` |
//! | T11 tokens wider than stated | the column of tokens in `sweep`, `sweep::no_token_may_what_its_owner_may_not_or_what_no_scope_is_declared_for`, `tokens` (scopes, one project, an owner who loses rights, `a_token_cannot_make_itself_more`), the program in [`a_busy_private_world_beside_changes_no_answer`] |
//! | T12 existence | [`hidden_and_absent_are_the_same_in_every_method`], [`what_is_hidden_takes_as_long_as_what_is_absent`], `people::references_of_issues_that_somebody_does_not_see_are_not_told`, `past::a_private_project_is_not_named_by_what_has_left_it` |
//! | T13 harvesting people | `people::the_directory_has_those_whom_one_can_meet_and_no_others`, `people::whoever_may_not_assign_learns_of_no_address`, `accounts::the_directory_shows_names_and_admins_see_more`, [`a_busy_private_world_beside_changes_no_answer`] |
//! | T14 archived and deleted | `sweep::an_archived_project_takes_no_change`, `sweep::a_deleted_issue_takes_no_change` (every operation), `projects::an_archived_project_is_read_not_written`, `issues::deleted_issues_wait_to_be_restored`, `comments::nobody_talks_on_what_is_deleted_or_archived`, `workflow::an_archived_project_keeps_its_workflow` |
//! | T16 a token for another purpose | `tokens::each_kind_of_token_opens_its_own_door_only`, `problems::forged_ended_and_foreign_tokens_are_nobody` |
//! | T18 what outlives its end | `tokens::a_revoked_an_ended_and_a_made_up_token_is_nobody`, `tokens::what_befalls_the_owner_befalls_the_token_with_the_next_request`, `live::a_programs_stream_hears_its_project_and_ends_with_its_token`, `live::a_stream_ends_with_what_allowed_it` |
//! | T20 limits | `gate::every_spelling_counts`, `headers`, `server::http::limits`; a server counts for itself, but guesses of passwords are counted in the database |
//! | T21 guessing passwords | `guesses::guesses_at_once_are_all_counted_and_hardly_any_is_looked_at`, `guesses::whoever_sits_at_an_open_session_does_not_guess_its_password` |
//! | T22 telling accounts apart | [`unknown_accounts_take_as_long_to_refuse`], `guesses::names_that_nobody_has_are_slowed_down_like_others` |
//! | T23 another site | `gate::whatever_changes_something_by_cookie_must_come_from_our_own_pages`, `problems::another_site_cannot_use_the_cookie`, the journey `foreign-origin` in Chromium |
//! | T26 hashing beside the rest | `load::changes_that_take_long_do_not_keep_people_from_signing_in`; lists while fifty sign in, in `cargo xtask bench --scale` |
//! | T33 texts that take long | `model::markdown` of the browser app; the server renders nothing |
//! | T35 size and quota | `uploads` |
//! | T39 files and rows | `uploads::whatever_is_added_and_removed_rows_and_files_agree`, `uploads::the_doctor_names_what_does_not_agree` |
//! | T41 numbers | `races::sixty_four_reports_at_once_get_the_numbers_1_to_64`, `database::numbers` (with the controls: a sequence, the largest plus one) |
//! | T42 lost updates | `races::of_two_changes_to_one_version_exactly_one_wins_two_hundred_times`, `races::changes_without_a_version_to_different_fields_all_survive`; `If-Match` is optional for programs, so nothing answers 428 |
//! | T43 double submit | `races::thirty_two_times_the_same_request_makes_one_thing_and_one_answer`, `races::a_key_outlives_the_server_that_answered`, `races::an_answer_that_was_lost_is_given_again` |
//! | T44 check, then act | `races::check_then_act_ends_like_one_after_the_other`, `races::a_member_removed_while_acting_acts_before_or_not_at_all`, `workflow` |
//! | T45 hostile text | `problems::hostile_text_is_refused_or_kept_byte_for_byte` |
//! | T46 edited history | `database::log`, `database::audit` |
//! | T47 incomplete history | `database::law`, `past::what_was_said_at_an_instant_is_said_of_it_for_ever`, `past::the_history_is_complete_also_when_many_change_at_once`, `past::a_workflow_that_changes_does_not_change_the_past` |
//! | T57 many streams | `live::nobody_takes_more_than_ten_streams`; ten thousand in `cargo xtask bench --live --streams 10000` |

use crate::harness::{Answer, Client, PASSWORD, Server};
use crate::live::Ear;
use domain::problem::Code;
use domain::token::Scope;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Instant;

fn document() -> Value {
    serde_json::to_value(server::http::openapi::document()).unwrap()
}

/// What one caller can name: for each word in a path, some values.
type Names<'a> = &'a [(&'a str, Vec<String>)];

/// Addresses of every GET of the document, filled with those names, each also with the filters that
/// it takes; what looks back looks at that instant.
fn addresses(names: Names<'_>, instant: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        let Some(get) = item.get("get") else { continue };
        // Endless; `overheard` listens to it.
        if path.ends_with("/stream") {
            continue;
        }
        let mut filled = vec![path.clone()];
        for (word, values) in names {
            if !path.contains(word) {
                continue;
            }
            let each = |path: &String| {
                values
                    .iter()
                    .map(|v| path.replace(word, v))
                    .collect::<Vec<_>>()
            };
            filled = filled.iter().flat_map(each).collect();
        }
        let none = Vec::new();
        let parameters = get["parameters"].as_array().unwrap_or(&none);
        let takes = |name: &str| {
            parameters
                .iter()
                .any(|p| p["in"] == "query" && p["name"] == name)
        };
        let looking_back = format!("as_of={instant}");
        let queries = [
            ("project", "project=SEC"),
            ("project", "project=APP"),
            ("text", "text=canary"),
            ("q", "q=canary"),
            ("q", "q=was:status%3Dopen"),
            ("q", "q=label:canary"),
            ("title", "project=ENG&title=canary"),
            ("format", "format=csv"),
            ("group_by", "group_by=project"),
            ("group_by", "group_by=assignee"),
            ("as_of", looking_back.as_str()),
            ("label", "label=canary"),
            ("field", "field=status"),
            ("field", "field=label"),
            ("field", "field=version"),
            ("field", "field=label&text=canary"),
            ("assignee", "assignee=lead"),
            ("user", "user=lead"),
            ("archived", "archived=true"),
            ("all", "all=true"),
            ("by", "by=project"),
            ("by", "by=label"),
            ("by", "by=assignee"),
            ("limit", "limit=1"),
            ("sort", "sort=-updated"),
        ];
        for path in filled {
            all.push(path.clone());
            for (name, query) in queries {
                if takes(name) {
                    all.push(format!("{path}?{query}"));
                }
            }
        }
    }
    all
}

/// Everything that somebody is told, without the clock.
async fn transcript(client: &Client, addresses: &[String]) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for address in addresses {
        let answer = client.get(address).await;
        assert!(answer.status < 500, "{address}: {}", answer.text());
        let mut body = answer.text().replace(&answer.header("x-request-id"), "");
        // The place in the order of delivery is a clock too.
        for clock in [
            "cursor",
            "computed_at",
            "exported_at",
            "last_seen_at",
            "last_login_at",
        ] {
            body = without(&body, clock);
        }
        let headers = ["etag", "link", "content-type", "content-length"].map(|h| answer.header(h));
        // Digests of answers with a clock inside.
        let timed = body.len() != answer.text().len();
        let headers = if timed {
            String::new()
        } else {
            headers.join(" ")
        };
        told.push((
            address.clone(),
            format!("{} {headers} {body}", answer.status),
        ));
    }
    told
}

/// This instant, as a parameter names it.
fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// The text without the value of that field.
fn without(body: &str, field: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    let mark = format!("\"{field}\":\"");
    while let Some((before, after)) = rest.split_once(&mark) {
        out.push_str(before);
        rest = after.split_once('"').map_or("", |a| a.1);
    }
    out + rest
}

/// A world in which the reporter and the viewer have something to see.
async fn stage() -> (Server, Vec<(&'static str, Vec<String>)>) {
    let server = Server::with_passwords(&[]);
    let rita = server.as_("reporter");
    for project in ["APP", "ENG"] {
        server.issue("reporter", project, "My own").await;
    }
    let said = rita.comment("ENG-1", json!({"body": "Said"})).await;
    let file = rita.upload("ENG-1", "a.txt", b"bytes").await.is(201);
    let file = file
        .header("location")
        .rsplit('/')
        .next()
        .unwrap()
        .to_string();
    let lead = server.as_("lead");
    lead.post("/api/v1/projects/ENG/labels", json!({"name": "ui"}))
        .await
        .is(201);
    server.test.db().write(store::stats::recompute).unwrap();
    let of = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    let names = vec![
        ("{project}", of(&["ENG", "APP", "SEC", "ZZZ"])),
        (
            "{issue}",
            of(&["ENG-1", "APP-1", "APP-2", "SEC-1", "SEC-2"]),
        ),
        ("/comments/{id}", vec![format!("/comments/{}", said.id)]),
        ("/attachments/{id}", vec![format!("/attachments/{file}")]),
        ("/users/{id}", of(&["/users/lead", "/users/developer"])),
        ("{label}", of(&["ui", "canary"])),
        ("{version}", of(&["canary"])),
        ("{id}", vec![uuid::Uuid::nil().to_string()]),
    ];
    (server, names)
}

/// Much in private projects, of which only the lead and the developer may see anything.
async fn private_projects_get_busy(server: &Server) {
    let lead = server.as_("lead");
    let sec = "/api/v1/projects/SEC";
    lead.post(&format!("{sec}/labels"), json!({"name": "canary"}))
        .await
        .is(201);
    lead.post(&format!("{sec}/versions"), json!({"name": "canary"}))
        .await
        .is(201);
    let workflow = format!("{sec}/workflow");
    let mut wanted: Value = lead.get(&workflow).await.ok();
    let status = json!({"name": "canary", "category": "waiting"});
    wanted["statuses"].as_array_mut().unwrap().push(status);
    lead.put_json(&workflow, wanted).await.is(200);
    for n in 0..4 {
        let issue = server.issue("lead", "SEC", &format!("canary {n}")).await;
        let at = format!("/api/v1/issues/{}", issue.key);
        let patch = json!({"labels": ["canary"], "assignee": "developer", "severity": "critical"});
        lead.patch(&at, patch).await.is(200);
        lead.comment(&issue.key, json!({"body": "canary"})).await;
        lead.upload(&issue.key, "canary.txt", b"canary")
            .await
            .is(201);
    }
    lead.delete("/api/v1/issues/SEC-2").await.is(204);
    lead.patch(sec, json!({"name": "canary", "description": "canary"}))
        .await
        .is(200);
    let member = json!({"identifier": "reporter2", "role": "reporter"});
    lead.post(&format!("{sec}/members"), member).await.is(201);
    let new = json!({"key": "ZZZ", "name": "canary", "visibility": "private"});
    lead.post("/api/v1/projects", new).await.is(201);
    // Issues that others see stand in relation to them: from the one side and from the other.
    for (issue, kind, other) in [
        ("ENG-1", "blocked_by", "SEC-1"),
        ("SEC-3", "duplicates", "ENG-1"),
        ("APP-1", "blocked_by", "SEC-1"),
    ] {
        let at = format!("/api/v1/issues/{issue}/relations");
        let new = json!({"kind": kind, "issue": other});
        let made = lead.post(&at, new).await.is(201);
        if kind == "duplicates" {
            lead.delete(&made.header("location")).await.is(204);
        }
    }
}

/// Much that staff sees and reporters do not, in projects that exist for both: others' requests where
/// only one's own exist, and notes among staff.
async fn staff_gets_busy(server: &Server) {
    let staff = server.as_("maintainer");
    let hidden = server.issue("reporter2", "APP", "canary of another").await;
    let at = format!("/api/v1/issues/{}", hidden.key);
    staff.patch(&at, json!({"parent": "APP-1"})).await.is(200);
    staff.comment(&hidden.key, json!({"body": "canary"})).await;
    for kind in ["relates_to", "blocked_by"] {
        let new = json!({"kind": kind, "issue": hidden.key});
        staff
            .post("/api/v1/issues/APP-1/relations", new)
            .await
            .is(201);
    }
    for issue in ["ENG-1", "APP-1"] {
        let draft = staff.draft(issue, "canary.png", b"canary").await;
        let note = json!({"body": "canary", "internal": true, "attachments": [draft.id]});
        let note = staff.comment(issue, note).await;
        let draft = staff.draft(issue, "canary again.png", b"canary").await;
        let at = format!("/api/v1/comments/{}", note.id);
        let edit = json!({"body": "canary again", "attachments": [draft.id]});
        staff.patch(&at, edit).await.is(200);
        // Not sent, and perhaps never.
        staff.draft(issue, "canary.txt", b"canary").await;
    }
    staff.draft("ENG", "canary.txt", b"canary").await;
}

/// What a stream and its polling twin say from that place on, up to the issue of that key; without
/// clocks, and with the place where that ends.
async fn overheard(client: &Client, place: &str, bell: &str) -> (Vec<String>, String) {
    let plain = |text: &str| without(&without(text, "at"), "cursor").replace(bell, "BELL");
    let mut ear = Ear::open(client, Some(place)).await;
    let heard = ear.until(bell).await;
    let mut all: Vec<String> = heard
        .iter()
        .map(|h| format!("{} {}", h.event, plain(&h.data)))
        .collect();
    let polled = client.get(&format!("/api/v1/events?after={place}")).await;
    all.push(plain(&polled.is(200).text()));
    let last = heard.last().expect("the bell");
    (all, last.id.clone())
}

/// Whether all that these are told stays the same while much happens of which nothing exists for
/// them.
///
/// One database, read twice: two databases would differ in every id.
async fn nothing_changes_for(readers: &[&str], staff: bool) {
    let (server, names) = stage().await;
    let instant = now();
    let addresses = addresses(&names, &instant);
    assert!(addresses.len() > 100, "{}", addresses.len());
    let program = server.program(server.person("lead"), Scope::ALL, Some(server.cast.eng));
    let reader = |who: &str| match who {
        "anonymous" => server.anonymous(),
        // Whose owner sees everything; to a token of one project the others do not exist.
        "program" => program.clone(),
        _ => server.as_(who),
    };
    let listens = |who: &str| who != "anonymous";
    let recount = || {
        server.settle();
        server.test.db().write(store::stats::recompute).unwrap();
    };
    // What the stage did has its place in the order, so that nobody's stream begins in the midst of it.
    server.settle();
    // The bell is an issue that everybody sees.
    let mut places = Vec::new();
    for who in readers.iter().filter(|who| listens(who)) {
        let (_, hello) = Ear::ready(&reader(who)).await;
        places.push((*who, hello.id));
    }
    let bell = server.issue("lead", "ENG", "For everybody").await.key;
    let mut streams = Vec::new();
    for (who, place) in places {
        streams.push((who, overheard(&reader(who), &place, &bell).await));
    }
    recount();
    let mut quiet = Vec::new();
    for who in readers {
        quiet.push(transcript(&reader(who), &addresses).await);
    }
    private_projects_get_busy(&server).await;
    if staff {
        staff_gets_busy(&server).await;
    }
    recount();
    let lead = transcript(&server.as_("lead"), &addresses).await;
    assert!(lead.iter().any(|(_, told)| told.contains("canary")));
    for (who, quiet) in readers.iter().zip(&quiet) {
        let busy = transcript(&reader(who), &addresses).await;
        for (quiet, busy) in quiet.iter().zip(&busy) {
            assert_eq!(quiet, busy, "{who}");
            assert!(
                !busy.1.contains("canary") || busy.0.contains("canary"),
                "{who}: {busy:?}"
            );
        }
        // The control: whoever may see it is told something else at many addresses.
        let others = lead.iter().zip(&busy).filter(|(a, b)| a.1 != b.1).count();
        assert!(others > addresses.len() / 3, "{who}: {others}");
    }
    let bell = server.issue("lead", "ENG", "For everybody").await.key;
    for (who, (before, place)) in streams {
        let (after, _) = overheard(&reader(who), &place, &bell).await;
        assert_eq!(before, after, "{who}");
    }
}

#[actix_web::test]
async fn a_busy_private_world_beside_changes_no_answer() {
    let readers = ["anonymous", "viewer", "maintainer", "reporter", "program"];
    nothing_changes_for(&readers, false).await;
}

#[actix_web::test]
async fn what_staff_does_beside_a_reporter_changes_no_answer_of_theirs() {
    nothing_changes_for(&["reporter"], true).await;
}

#[actix_web::test]
async fn whoever_left_finds_nothing_of_it_anywhere() {
    for fate in ["removed", "closed"] {
        let (server, names) = stage().await;
        let lead = server.as_("lead");
        let (project, who) = match fate {
            "removed" => ("SEC", "developer"),
            _ => ("ENG", "reporter"),
        };
        let leaver = server.as_(who);
        let issue = server.issue("lead", project, "oldcanary").await;
        leaver
            .comment(&issue.key, json!({"body": "oldcanary @lead"}))
            .await;
        let addresses = addresses(&names, &now());
        let before = transcript(&leaver, &addresses).await;
        assert!(before.iter().any(|(_, told)| told.contains("oldcanary")));
        if fate == "removed" {
            lead.delete("/api/v1/projects/SEC/members/developer")
                .await
                .is(204);
        } else {
            lead.patch("/api/v1/projects/ENG", json!({"visibility": "private"}))
                .await
                .is(200);
        }
        let at = format!("/api/v1/issues/{}", issue.key);
        lead.patch(&at, json!({"title": "newcanary"})).await.is(200);
        for (address, told) in transcript(&leaver, &addresses).await {
            assert!(
                !told.contains("oldcanary") && !told.contains("newcanary"),
                "{address}: {told}"
            );
        }
        let sight = format!("/api/v1/issues/{}", issue.key);
        leaver.get(&sight).await.problem(Code::NotFound);
    }
}

#[actix_web::test]
async fn no_body_takes_a_field_that_is_not_its_own() {
    let server = Server::new();
    let admin = server.as_("admin");
    let mut tried = 0;
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let body = &operation["requestBody"]["content"]["application/json"];
            if body.is_null() {
                continue;
            }
            let method: Method = method.to_uppercase().parse().unwrap();
            let path = path
                .replace("{project}", "ENG")
                .replace("{issue}", "ENG-1")
                .replace("{id}", &uuid::Uuid::nil().to_string());
            for field in [
                "is_admin",
                "created_at",
                "number",
                "project_id",
                "password_hash",
                "author_id2",
            ] {
                let request = admin
                    .request(method.clone(), &path)
                    .json(&json!({field: "x"}));
                let answer = admin.send(request).await;
                let what = format!("{method} {path} {field}");
                assert_eq!(answer.status, 422, "{what}: {}", answer.text());
                assert!(answer.invalid().contains(&format!("/{field}")), "{what}");
                tried += 1;
            }
        }
    }
    assert!(tried > 60, "{tried}");
}

#[actix_web::test]
async fn nobody_climbs_by_managing_members() {
    let server = Server::new();
    let (lead, dana) = (server.as_("lead"), server.as_("developer"));
    let members = "/api/v1/projects/SEC/members";
    let role = |role: &str| json!({"role": role});
    assert_eq!(
        lead.patch(&format!("{members}/developer"), role("admin"))
            .await
            .invalid(),
        ["/role"]
    );
    let new = json!({"identifier": "viewer", "role": "admin"});
    assert_eq!(lead.post(members, new).await.invalid(), ["/role"]);
    dana.patch(&format!("{members}/developer"), role("lead"))
        .await
        .problem(Code::Forbidden);
    dana.patch(&format!("{members}/lead"), role("viewer"))
        .await
        .problem(Code::Forbidden);
    dana.delete(&format!("{members}/lead"))
        .await
        .problem(Code::Forbidden);
    lead.patch("/api/v1/users/lead", role("admin"))
        .await
        .problem(Code::Forbidden);
    lead.patch(&format!("{members}/lead"), role("developer"))
        .await
        .problem(Code::LastOne);
    lead.delete(&format!("{members}/lead"))
        .await
        .problem(Code::LastOne);
    // But one may always leave, and then it is gone.
    dana.delete(&format!("{members}/developer")).await.is(204);
    dana.get(members).await.problem(Code::NotFound);
    assert_eq!(
        server.sql("select role from account where username = 'developer'"),
        "developer"
    );
}

#[actix_web::test]
async fn parameters_take_words_of_their_lists_only() {
    let server = Server::new();
    server.issue("lead", "ENG", "Sorted").await;
    let viewer = server.as_("viewer");
    let hostile = [
        "password_hash",
        "email",
        "a.password_hash",
        "reporter__email",
        "id;drop",
        "1",
        "'",
        "updated,password_hash",
    ];
    for word in hostile {
        for (path, name) in [
            ("/api/v1/issues", "sort"),
            ("/api/v1/insights/open_by", "by"),
        ] {
            let path = format!("{path}?{name}={}", domain::paths::encode(word));
            let answer = viewer.get(&path).await;
            assert!(
                [400, 422].contains(&answer.status),
                "{path}: {}",
                answer.text()
            );
        }
    }
}

fn masked(answer: &Answer) -> (u16, Vec<String>, String) {
    let text = answer.text().replace(&answer.header("x-request-id"), "");
    let headers = [
        "content-type",
        "content-length",
        "etag",
        "location",
        "allow",
        "cache-control",
        "vary",
    ];
    (
        answer.status,
        headers.map(|h| answer.header(h)).to_vec(),
        text,
    )
}

#[actix_web::test]
async fn hidden_and_absent_are_the_same_in_every_method() {
    let server = Server::new();
    let secret = server.issue("lead", "SEC", "Secret").await;
    let tag = server.as_("lead").get("/api/v1/issues/SEC-1").await.etag();
    let never = uuid::Uuid::now_v7().to_string();
    let rita = server.as_("reporter");
    let pairs = [
        (
            "/api/v1/issues/SEC-1".to_string(),
            "/api/v1/issues/XYZ-1".to_string(),
        ),
        (
            format!("/api/v1/issues/{}", secret.id),
            format!("/api/v1/issues/{never}"),
        ),
        ("/api/v1/projects/SEC".into(), "/api/v1/projects/XYZ".into()),
        (
            format!("/api/v1/projects/{}", server.cast.sec),
            format!("/api/v1/projects/{never}"),
        ),
        (
            "/api/v1/projects/SEC/export".into(),
            "/api/v1/projects/XYZ/export".into(),
        ),
        (
            "/api/v1/issues?project=SEC".into(),
            "/api/v1/issues?project=XYZ".into(),
        ),
    ];
    for (hidden, absent) in pairs {
        for method in ["GET", "HEAD", "OPTIONS", "DELETE"] {
            for condition in [
                None,
                Some(("if-none-match", "*")),
                Some(("if-none-match", tag.as_str())),
                Some(("if-match", tag.as_str())),
            ] {
                let mut both = Vec::new();
                for path in [&hidden, &absent] {
                    let mut request = rita.request(method.parse().unwrap(), path);
                    if let Some((name, value)) = condition {
                        request = request.header(name, value);
                    }
                    both.push(masked(&rita.send(request).await));
                }
                assert_eq!(both[0], both[1], "{method} {hidden} {condition:?}");
            }
        }
    }
}

/// Work, not time: an unknown name costs a hash too, and a hash is nearly all that a sign-in costs.
#[actix_web::test]
async fn unknown_accounts_take_as_long_to_refuse() {
    let server = Server::with_passwords(&[("IIT_BCRYPT_COST", "10")]);
    let hash = server::auth::password::hash(PASSWORD, 10).unwrap();
    server.run(&format!("update account set password_hash = '{hash}'"));
    let client = server.anonymous();
    let mut spent = Vec::new();
    let mut answers = Vec::new();
    for who in ["viewer", "nobody_at_all"] {
        let body = json!({"identifier": who, "password": "wrong but long enough"});
        let begun = Instant::now();
        let answer = client.post("/api/v1/auth/login", body).await;
        spent.push(begun.elapsed());
        answers.push(masked(&answer));
    }
    assert_eq!(answers[0], answers[1]);
    assert!(spent[1] * 2 > spent[0], "{spent:?}");
}

/// Fields of bodies that name something, in the order of the document, and what they say in the body of a
/// request: `HIDDEN` stands for a name of the private project, or one that nothing has.
#[rustfmt::skip] // It is a table.
const NAMING: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("IssueDraft", "project", "POST /issues", r#"{"title":"x","project":"HIDDEN"}"#, "SEC", "NEV"),
    ("IssueDraft", "parent", "POST /issues", r#"{"title":"x","project":"ENG","parent":"HIDDEN"}"#, "SEC-1", "ENG-77"),
    ("IssueDraft", "labels", "POST /issues", r#"{"title":"x","project":"ENG","labels":["HIDDEN"]}"#, "secret", "unmade"),
    ("IssueDraft", "fixed_version", "POST /issues", r#"{"title":"x","project":"ENG","fixed_version":"HIDDEN"}"#, "9.9", "8.8"),
    ("IssueDraft", "affected_version", "POST /issues", r#"{"title":"x","project":"ENG","affected_version":"HIDDEN"}"#, "9.9", "8.8"),
    ("IssueDraft", "attachments", "POST /issues", r#"{"title":"x","project":"ENG","attachments":["HIDDEN"]}"#, "FILE", "NEVER"),
    ("ProjectIssueDraft", "parent", "POST /projects/ENG/issues", r#"{"title":"x","parent":"HIDDEN"}"#, "SEC-1", "ENG-77"),
    ("ProjectIssueDraft", "labels", "POST /projects/ENG/issues", r#"{"title":"x","labels":["HIDDEN"]}"#, "secret", "unmade"),
    ("ProjectIssueDraft", "fixed_version", "POST /projects/ENG/issues", r#"{"title":"x","fixed_version":"HIDDEN"}"#, "9.9", "8.8"),
    ("ProjectIssueDraft", "affected_version", "POST /projects/ENG/issues", r#"{"title":"x","affected_version":"HIDDEN"}"#, "9.9", "8.8"),
    ("ProjectIssueDraft", "attachments", "POST /projects/ENG/issues", r#"{"title":"x","attachments":["HIDDEN"]}"#, "FILE", "NEVER"),
    ("IssuePatch", "parent", "PATCH /issues/ENG-1", r#"{"parent":"HIDDEN"}"#, "SEC-1", "ENG-77"),
    ("IssuePatch", "labels", "PATCH /issues/ENG-1", r#"{"labels":["HIDDEN"]}"#, "secret", "unmade"),
    ("IssuePatch", "fixed_version", "PATCH /issues/ENG-1", r#"{"fixed_version":"HIDDEN"}"#, "9.9", "8.8"),
    ("IssuePatch", "affected_version", "PATCH /issues/ENG-1", r#"{"affected_version":"HIDDEN"}"#, "9.9", "8.8"),
    ("IssuePatch", "place", "PATCH /issues/ENG-1", r#"{"place":{"before":"HIDDEN"}}"#, "SEC-1", "ENG-77"),
    ("Bulk", "issues", "POST /issues/bulk", r#"{"issues":["ENG-1","HIDDEN"],"patch":{"severity":"critical"}}"#, "SEC-1", "ENG-77"),
    ("Bulk", "add_labels", "POST /issues/bulk", r#"{"issues":["ENG-1"],"add_labels":["HIDDEN"]}"#, "secret", "unmade"),
    ("Bulk", "into", "POST /issues/bulk", r#"{"issues":["ENG-1"],"action":"merge","into":"HIDDEN"}"#, "SEC-1", "ENG-77"),
    ("Bulk", "project", "POST /issues/bulk", r#"{"q":"is:open","project":"HIDDEN","patch":{"severity":"critical"}}"#, "SEC", "NEV"),
    ("NewComment", "parent", "POST /issues/ENG-1/comments", r#"{"body":"x","parent":"HIDDEN"}"#, "COMMENT", "NEVER"),
    ("NewComment", "attachments", "POST /issues/ENG-1/comments", r#"{"body":"x","attachments":["HIDDEN"]}"#, "FILE", "NEVER"),
    ("CommentPatch", "attachments", "PATCH /comments/OWN", r#"{"attachments":["HIDDEN"]}"#, "FILE", "NEVER"),
    ("NewMerge", "into", "POST /issues/ENG-1/merge", r#"{"into":"HIDDEN"}"#, "SEC-1", "ENG-77"),
    ("Relocate", "project", "POST /issues/ENG-1/move", r#"{"project":"HIDDEN"}"#, "SEC", "NEV"),
    ("NewRelation", "issue", "POST /issues/ENG-1/relations", r#"{"kind":"blocks","issue":"HIDDEN"}"#, "SEC-1", "ENG-77"),
    ("NewToken", "project", "POST /me/tokens", r#"{"name":"x","scopes":["read"],"project":"HIDDEN"}"#, "SEC", "NEV"),
    ("NewView", "project", "POST /views", r#"{"name":"x","query":"","project":"HIDDEN"}"#, "SEC", "NEV"),
];
/// Fields that name people (`people`), statuses of the project in the address (`workflow`), labels that need
/// not be there (`bulk`), or nothing but themselves.
const NAMING_NOTHING: &[&str] = &[
    "action",
    "active",
    "archived",
    "assignee",
    "body",
    "colour",
    "context",
    "current",
    "description",
    "display_name",
    "dry_run",
    "due_date",
    "email",
    "expires_at",
    "external_ref",
    "identifier",
    "internal",
    "key",
    "kind",
    "landing",
    "layout",
    "locale",
    "moves",
    "name",
    "new",
    "on_behalf_of",
    "password",
    "patch",
    "priority",
    "q",
    "query",
    "released_on",
    "remove_labels",
    "reporters_see",
    "resolution",
    "role",
    "scopes",
    "severity",
    "shared",
    "start_date",
    "status",
    "statuses",
    "story_points",
    "template",
    "theme",
    "timezone",
    "title",
    "transitions",
    "type",
    "username",
    "versions",
    "visibility",
];

#[actix_web::test]
async fn no_field_of_a_body_tells_what_is_hidden() {
    let document = document();
    let mut named = std::collections::BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let Some(name) = body.as_str().and_then(|at| at.rsplit('/').next()) else {
                continue;
            };
            for field in document["components"]["schemas"][name]["properties"]
                .as_object()
                .unwrap()
                .keys()
            {
                if !NAMING_NOTHING.contains(&field.as_str()) {
                    named.insert((name.to_string(), field.clone()));
                }
            }
        }
    }
    let tried = NAMING
        .iter()
        .map(|row| (row.0.to_string(), row.1.to_string()));
    assert_eq!(named, tried.collect(), "say what a field names");

    let server = Server::new();
    let (lead, mia) = (server.as_("lead"), server.as_("maintainer"));
    let member = json!({"identifier": "maintainer", "role": "lead"});
    lead.post("/api/v1/projects/ENG/members", member)
        .await
        .is(201);
    server.issue("lead", "SEC", "Secret").await;
    for (path, name) in [("labels", "secret"), ("versions", "9.9")] {
        let path = format!("/api/v1/projects/SEC/{path}");
        lead.post(&path, json!({"name": name})).await.is(201);
    }
    let comment = lead
        .comment("SEC-1", json!({"body": "Secret"}))
        .await
        .id
        .to_string();
    let file = lead.draft("SEC-1", "a.txt", b"secret").await.id.to_string();
    let never = uuid::Uuid::now_v7().to_string();
    server.issue("lead", "ENG", "Open").await;
    let own = mia
        .comment("ENG-1", json!({"body": "Mine"}))
        .await
        .id
        .to_string();
    for (schema, field, operation, body, hidden, absent) in NAMING {
        let (method, path) = operation.split_once(' ').unwrap();
        let path = format!("/api/v1{}", path.replace("OWN", &own));
        let mut told = Vec::new();
        for name in [hidden, absent] {
            let name = match *name {
                "COMMENT" => &comment,
                "FILE" => &file,
                "NEVER" => &never,
                name => name,
            };
            let before = server.test.digests();
            let request = mia
                .request(method.parse().unwrap(), &path)
                .header("content-type", "application/json")
                .body(body.replace("HIDDEN", name));
            let answer = mia.send(request).await;
            assert!(
                (400..500).contains(&answer.status),
                "{schema}.{field}: {}",
                answer.text()
            );
            assert_eq!(
                before,
                server.test.digests(),
                "{schema}.{field} {name}: refused, yet changed"
            );
            let (status, headers, text) = masked(&answer);
            // The length differs with the name that comes back.
            let headers: Vec<String> = headers
                .into_iter()
                .filter(|h| h.parse::<u64>().is_err())
                .collect();
            told.push((status, headers, text.replace(name, "HIDDEN")));
        }
        assert_eq!(told[0], told[1], "{schema}.{field}");
    }
}

/// How far apart two samples are, in standard deviations of the rank sum (Mann and Whitney).
fn apart(one: &[f64], other: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = one.iter().map(|t| (*t, true)).collect();
    all.extend(other.iter().map(|t| (*t, false)));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ranks = all.iter().enumerate().filter(|(_, (_, is_one))| *is_one);
    let sum: f64 = ranks.map(|(rank, _)| rank as f64 + 1.0).sum();
    let (n, m) = (one.len() as f64, other.len() as f64);
    let mean = n * (n + m + 1.0) / 2.0;
    (sum - mean) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

#[actix_web::test]
async fn what_is_hidden_takes_as_long_as_what_is_absent() {
    let server = Server::new();
    let secret = server.issue("lead", "SEC", "Secret").await;
    let rita = server.as_("reporter");
    let never = uuid::Uuid::now_v7();
    for (hidden, absent) in [
        (
            "/api/v1/issues/SEC-1".to_string(),
            "/api/v1/issues/XYZ-1".to_string(),
        ),
        (
            format!("/api/v1/issues/{}", secret.id),
            format!("/api/v1/issues/{never}"),
        ),
        ("/api/v1/projects/SEC".into(), "/api/v1/projects/XYZ".into()),
    ] {
        // By chance one sample in a hundred is that far apart; three in a row are not chance.
        let mut far = Vec::new();
        while far.len() < 3 {
            let mut spent = [Vec::new(), Vec::new()];
            for turn in 0..400 {
                for at in [turn % 2, 1 - turn % 2] {
                    let path = [&hidden, &absent][at];
                    let begun = Instant::now();
                    rita.get(path).await.is(404);
                    spent[at].push(begun.elapsed().as_secs_f64());
                }
            }
            let z = apart(&spent[0], &spent[1]);
            if z.abs() < 2.58 {
                break;
            }
            far.push(z);
        }
        assert!(far.len() < 3, "{hidden}: {far:?} standard deviations");
    }
}
