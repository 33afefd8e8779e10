drop index issue_label_ids_idx;
drop index issue_assignee_idx;
create index issue_assignee_idx on issue (assignee_id, updated_at, id) where assignee_id is not null;
drop index issue_project_open_idx;
create index issue_project_open_idx on issue (project_id, updated_at, id)
    where deleted_at is null and resolved_at is null;
drop index issue_project_id_idx;
drop index issue_project_points_idx;
drop index issue_project_due_idx;
drop index issue_project_title_idx;
create index issue_updated_idx on issue (updated_at, id) where deleted_at is null;
