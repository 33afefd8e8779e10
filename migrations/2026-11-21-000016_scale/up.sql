-- Every order that a list is offered in has an index by project; what several projects hold is
-- merged from these, so nothing needs an index over all projects any more.
drop index issue_updated_idx;
create index issue_project_title_idx on issue (project_id, lower(title), id) where deleted_at is null;
-- Most issues have no due date and no points; those stand last, in the order of their ids.
create index issue_project_due_idx on issue (project_id, due_date, id)
    where deleted_at is null and due_date is not null;
create index issue_project_points_idx on issue (project_id, story_points, id)
    where deleted_at is null and story_points is not null;
create index issue_project_id_idx on issue (project_id, id) where deleted_at is null;

-- What is open is counted and reported by these columns without a look at the rows.
drop index issue_project_open_idx;
create index issue_project_open_idx on issue (project_id, updated_at, id)
    include (status_id, severity, priority, type, assignee_id, reporter_id)
    where deleted_at is null and resolved_at is null;

-- Somebody's open issues, counted the same way.
drop index issue_assignee_idx;
create index issue_assignee_idx on issue (assignee_id, updated_at, id)
    include (project_id, resolved_at, deleted_at) where assignee_id is not null;

-- Issues with a label that few have.
create index issue_label_ids_idx on issue using gin (label_ids);
