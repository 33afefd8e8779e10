//! One module for each page: they read, act and put components together.

pub mod activity;
pub mod audit;
pub mod board;
pub mod dashboard;
pub mod issue;
pub mod issue_list;
pub mod login;
pub mod my_work;
pub mod new_issue;
mod new_issue_fields;
mod new_issue_files;
mod new_issue_plan;
pub mod new_issue_similar;
pub mod not_allowed;
pub mod not_found;
pub mod policy;
pub mod project_home;
pub mod project_settings;
pub mod projects;
pub mod register;
pub mod search;
pub mod settings;
pub mod tokens;
pub mod triage;
pub mod user;
pub mod users;
