drop index issue_project_open_idx;
create index issue_project_open_idx on issue (project_id, updated_at, id)
    include (status_id, severity, priority, type, assignee_id, reporter_id)
    where deleted_at is null and resolved_at is null;
drop index issue_project_updated_idx;
create index issue_project_updated_idx on issue (project_id, updated_at, id) where deleted_at is null;
