-- What a list is cut into groups by, and what it is filtered by most, is counted without a look at the
-- rows.
drop index issue_project_id_idx;
create index issue_project_facts_idx on issue (project_id, id)
    include (status_id, type, severity, priority, resolution, assignee_id, reporter_id, fixed_version_id, label_ids)
    where deleted_at is null;
