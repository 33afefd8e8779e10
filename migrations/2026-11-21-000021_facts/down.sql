drop index issue_project_facts_idx;
create index issue_project_id_idx on issue (project_id, id) where deleted_at is null;
