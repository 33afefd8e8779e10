//! Filling an empty instance: demo data, sets of real size, the first admin.

use crate::harness::{SECRET, Server};
use domain::user::Role;
use server::app::App;
use server::app::sign_in::Door;
use server::config::Config;
use server::seed::{self, Wanted};
use store::audit::Origin;
use testkit::TestDb;

/// Demo data need a database that nobody has used yet.
fn config(test: &TestDb, variables: &[(&str, &str)]) -> Config {
    Server::config(test, variables).0
}

fn demo() -> Wanted {
    Wanted {
        demo: true,
        ..Wanted::default()
    }
}

fn set(issues: u32) -> Wanted {
    Wanted {
        issues: Some(issues),
        ..Wanted::default()
    }
}

fn count(test: &TestDb, table: &str) -> i64 {
    let query = format!("select count(*) from {table}");
    testkit::sql::value(&mut test.superuser(), &query)
        .parse()
        .unwrap()
}

fn origin() -> Origin {
    Origin {
        ip: "127.0.0.1".into(),
        user_agent: "test".into(),
        request_id: "request".into(),
    }
}

#[actix_web::test]
async fn demo_data_come_once_and_tell_a_year_that_agrees_with_itself() {
    let test = TestDb::new();
    seed::run(config(&test, &[]), demo()).await.unwrap();
    assert_eq!(count(&test, "account"), 7);
    assert_eq!(count(&test, "project"), 5);
    let issues = count(&test, "issue");
    assert!(issues > 300, "{issues}");
    let span = "issue where created_at < now() - interval '300 days'";
    assert!(
        count(&test, span) > 0
            && count(&test, "issue where created_at > now() - interval '30 days'") > 0
    );
    assert_eq!(
        count(&test, "event where seq is null"),
        0,
        "told events are in order"
    );
    assert_eq!(count(&test, "issue_version where valid_to is null"), issues);
    assert_eq!(count(&test, "event where kind = 'issue.created'"), issues);
    assert!(count(&test, "daily_stat where day < now() - interval '300 days'") > 0);
    for status in ["triage", "backlog", "active", "waiting", "done"] {
        let there =
            format!("issue i join status s on s.id = i.status_id where s.category = '{status}'");
        assert!(count(&test, &there) > 0, "{status}");
    }

    // Everybody signs in with the demo password.
    let app = App::new(config(&test, &[])).unwrap();
    for name in [
        "admin",
        "maintainer",
        "lead",
        "developer",
        "reporter",
        "reporter2",
        "viewer",
    ] {
        let begun = app
            .sign_in(
                name.into(),
                seed::DEMO_PASSWORD.into(),
                origin(),
                Door::Program,
            )
            .await;
        assert_eq!(begun.unwrap().user.username, name);
    }

    // Again changes nothing; a set of a size adds to it, the same from the same seed.
    seed::run(config(&test, &[]), demo()).await.unwrap();
    assert_eq!(count(&test, "issue"), issues);
    seed::run(config(&test, &[]), set(30)).await.unwrap();
    assert_eq!(count(&test, "issue"), issues + 30);

    // Cards for one board: as many in each open column, on the board at once and in order.
    let cards = |project: &str| Wanted {
        cards: Some((project.into(), 600)),
        ..Wanted::default()
    };
    let open = "issue i join project p on p.id = i.project_id join status s on s.id = i.status_id
                where p.key = 'ENG' and s.category <> 'done'";
    let before = count(&test, open);
    seed::run(config(&test, &[]), cards("ENG")).await.unwrap();
    assert_eq!(count(&test, open), before + 600);
    assert_eq!(count(&test, "event where seq is null"), 0);
    let error = seed::run(config(&test, &[]), cards("NOWHERE"))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("no project NOWHERE"),
        "{error:#}"
    );
}

#[actix_web::test]
async fn a_set_needs_the_demo_data_and_the_schema() {
    let test = TestDb::new();
    let error = seed::run(config(&test, &[]), set(3)).await.unwrap_err();
    assert!(format!("{error:#}").contains("--demo"), "{error:#}");
    store::migrate::revert_all(&test.owner_config()).unwrap();
    let error = seed::run(config(&test, &[]), demo()).await.unwrap_err();
    assert!(error.to_string().contains("iit-server migrate"), "{error}");
}

#[actix_web::test]
async fn the_first_admin_is_made_once() {
    let test = TestDb::new();
    let variables = [
        ("IIT_ADMIN_EMAIL", "boss@example.org"),
        ("IIT_ADMIN_PASSWORD", "a good password"),
    ];
    let app = App::new(config(&test, &variables)).unwrap();
    seed::first_admin(&app).await.unwrap();
    seed::first_admin(&app).await.unwrap();
    assert_eq!(count(&test, "account where role = 'admin'"), 1);
    let begun = app
        .sign_in(
            "boss".into(),
            "a good password".into(),
            origin(),
            Door::Browser(None),
        )
        .await
        .unwrap();
    assert_eq!(begun.user.role, Some(Role::Admin));

    let second = seed::create_admin(
        &app,
        "second@example.org".into(),
        None,
        "another password".into(),
    );
    assert_eq!(second.await.unwrap().username, "second");
    let weak = seed::create_admin(&app, "third".into(), None, "short".into())
        .await
        .unwrap_err();
    let weak = weak.to_string();
    assert!(
        weak.contains("/email") && weak.contains("/password"),
        "{weak}"
    );
    let taken = seed::create_admin(
        &app,
        "boss@example.org".into(),
        None,
        "a good password".into(),
    )
    .await;
    assert!(taken.is_err());
}

#[actix_web::test]
async fn nothing_is_served_in_public_while_a_demo_password_stands() {
    let test = TestDb::new();
    let local = App::new(config(&test, &[])).unwrap();
    seed::create_admin(
        &local,
        "demo@example.com".into(),
        None,
        seed::DEMO_PASSWORD.into(),
    )
    .await
    .unwrap();
    seed::refuse_demo_in_public(&local).await.unwrap();
    let public = App::new(config(
        &test,
        &[("IIT_PUBLIC_URL", "https://issues.example.org")],
    ))
    .unwrap();
    let refused = seed::refuse_demo_in_public(&public)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("demo still has the demo password"),
        "{refused}"
    );
    assert!(!refused.contains(SECRET));
}

/// The command as people run it, with their variables: whether it went well, and all that it said.
fn command(test: &TestDb, arguments: &[&str], variables: &[(&str, &str)]) -> (bool, String) {
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_iit-server"))
        .args(arguments)
        .env("DATABASE_URL", test.config().url)
        .env("IIT_SECRET_KEY", SECRET)
        .env("IIT_BCRYPT_COST", "4")
        .env("IIT_LOG", "off")
        .envs(variables.iter().copied())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let said = [ran.stdout, ran.stderr].concat();
    (ran.status.success(), String::from_utf8(said).unwrap())
}

#[actix_web::test]
async fn an_admin_is_made_with_the_password_alone_in_the_environment() {
    let test = TestDb::new();
    let storage = std::env::temp_dir().join(format!("iit-admin-{}", uuid::Uuid::new_v4()));
    let storage = format!("file:{}", storage.display());
    let variables = [
        ("IIT_ADMIN_PASSWORD", "a good password"),
        ("IIT_STORAGE", storage.as_str()),
    ];
    let create = ["admin", "create", "--email", "boss@example.org"];
    let (went_well, said) = command(&test, &create, &variables);
    assert!(went_well, "{said}");
    assert_eq!(said, "boss is an admin now.\n");
    let app = App::new(config(&test, &[])).unwrap();
    let password = "a good password".to_string();
    let signed_in = app.sign_in("boss".into(), password, origin(), Door::Program);
    assert_eq!(signed_in.await.unwrap().user.role, Some(Role::Admin));
    // A server does not guess whose password that is.
    let (went_well, said) = command(&test, &["serve"], &variables);
    assert!(!went_well && said.contains("IIT_ADMIN_EMAIL"), "{said}");
}
