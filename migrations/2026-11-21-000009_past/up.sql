-- Lists of the past in the time that lists of now take. A version counts at an instant when it was
-- written by then and had not ended: both are in each index, so that versions which do not count are
-- passed over without being fetched, and counting needs nothing but the index.
drop index issue_version_project_idx;
-- A page of a project, and of all projects, in the order of the last change.
create index issue_version_updated_idx on issue_version (project_id, updated_at, issue_id, (coalesce(valid_to, 'infinity')))
    include (valid_to, resolved_at, reporter_id) where deleted_at is null;
create index issue_version_all_idx on issue_version (updated_at, issue_id, (coalesce(valid_to, 'infinity')))
    include (valid_to, resolved_at, reporter_id, project_id) where deleted_at is null;
-- Issues deleted today are gone from the past of most people, too.
create index issue_deleted_idx on issue (id) where deleted_at is not null;
