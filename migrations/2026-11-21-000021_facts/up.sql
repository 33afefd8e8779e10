-- What a list is filtered by and cut into groups by stands in the index of its usual order: such a list is
-- found and counted without a look at the rows. Every change of an issue writes this entry anyway.
drop index issue_project_updated_idx;
create index issue_project_updated_idx on issue (project_id, updated_at, id)
    include (status_id, type, severity, priority, resolution, resolved_at, assignee_id, reporter_id, fixed_version_id, label_ids)
    where deleted_at is null;
drop index issue_project_open_idx;
create index issue_project_open_idx on issue (project_id, updated_at, id)
    include (status_id, type, severity, priority, assignee_id, reporter_id, fixed_version_id, label_ids)
    where deleted_at is null and resolved_at is null;
