//! An example of each body, which works as it stands on the demo data; a test sends them all.

use super::document::{Operation, merge};
use domain::workflow::{Template, Workflow, WorkflowInput};
use serde_json::{Value, json};

/// The body of an example, by the operation's id.
fn body(id: &str) -> Option<Value> {
    let issue = || {
        json!({
            "title": "Invoice total is wrong",
            "description": "VAT is added **twice** when the customer is abroad.",
            "type": "bug",
            "severity": "high",
            "priority": 2,
            "labels": ["billing"],
        })
    };
    let token = || json!({"name": "Nightly build", "scopes": ["issues:write"], "project": "APP"});
    Some(match id {
        "register" => json!({
            "username": "ann_lee", "email": "ann@example.org", "password": "correct horse battery", "display_name": "Ann Lee",
        }),
        "login" => json!({"identifier": "maintainer", "password": "demo-password"}),
        "create_token" => json!({"username": "maintainer", "password": "demo-password"}),
        "update_me" => json!({"timezone": "Europe/Vienna", "theme": "dark"}),
        "change_password" => json!({"current": "demo-password", "new": "demo-password"}),
        "create_my_token" | "create_token_of" => token(),
        "create_user" => json!({
            "username": "night_watch", "email": "watch@example.org", "role": "reporter", "kind": "service",
        }),
        "update_user" => json!({"display_name": "Dana Developer"}),
        "create_project" => json!({
            "key": "SHOP", "name": "Web shop", "description": "What customers say of the shop.", "template": "feedback",
        }),
        "update_project" => json!({"landing": "board"}),
        "add_member" => json!({"identifier": "developer", "role": "developer"}),
        "update_member" => json!({"role": "lead"}),
        "replace_workflow" => workflow(),
        "create_label" => json!({"name": "needs design", "colour": "#7c3aed"}),
        "update_label" => json!({"description": "Invoices, prices, payment."}),
        "create_version" => json!({"name": "5.0"}),
        "update_version" => json!({"released_on": "2026-01-31"}),
        "create_issue_in_project" => issue(),
        "create_issue" => {
            let mut issue = issue();
            merge(&mut issue, json!({"project": "APP"}));
            issue
        }
        "update_issue" => json!({"assignee": "developer", "priority": 1, "due_date": null}),
        "bulk_edit" => json!({
            "q": "is:open label:billing", "project": "APP", "patch": {"priority": 2}, "dry_run": true,
        }),
        "move_issue" => json!({"project": "ENG", "dry_run": true}),
        "merge_issue" => json!({"into": "APP-2"}),
        "create_relation" => json!({"kind": "relates_to", "issue": "APP-2"}),
        "create_comment" => json!({"body": "Seen in **4.2**, too."}),
        "update_comment" => json!({"body": "Seen in **4.1** and **4.2**, too."}),
        "create_view" => json!({
            "name": "Bad and open", "query": "is:open severity:>=high", "layout": {"display": "list"}, "project": "APP",
        }),
        "update_view" => json!({"query": "is:open severity:critical"}),
        _ => return None,
    })
}

/// The workflow of that project, with a limit on what is worked on at once.
fn workflow() -> Value {
    let mut input = WorkflowInput::from(&Workflow::template(Template::Feedback));
    for status in &mut input.statuses {
        status.wip_limit = (status.name == "In progress").then_some(5);
    }
    serde_json::to_value(input).unwrap_or_default()
}

/// The same as a form sends it, or nothing where a form has more than text.
fn form(id: &str) -> Option<Value> {
    let mut draft = body(id)?;
    merge(&mut draft, json!({"labels": "billing"}));
    Some(draft)
}

/// Gives an operation its examples.
pub fn complete(operation: &mut Operation<'_>) {
    let id = operation.value.get("operationId").and_then(Value::as_str);
    let id = id.unwrap_or_default().to_string();
    let Some(contents) = operation
        .value
        .get_mut("requestBody")
        .and_then(|body| body.get_mut("content")?.as_object_mut())
    else {
        return;
    };
    for (kind, content) in contents {
        let example = match kind.as_str() {
            "multipart/form-data" => form(&id),
            _ => body(&id),
        };
        if let Some(example) = example {
            merge(content, json!({"example": example}));
        }
    }
}
