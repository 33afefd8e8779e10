drop index issue_deleted_idx;
drop index issue_version_all_idx;
drop index issue_version_updated_idx;
create index issue_version_project_idx on issue_version (project_id, valid_from);
