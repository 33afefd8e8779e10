-- The order of a project's issues that people make by hand on the board: a fractional index, compared
-- by bytes. New issues stand last: the same formula is in domain::rank and in the statement that
-- makes an issue.
alter table issue add column rank text collate "C";
alter table issue_version add column rank text collate "C";
update issue set rank = to_hex(4611686018427387904 + number * 16777216);
update issue_version set rank = to_hex(4611686018427387904 + number * 16777216);
alter table issue alter column rank set not null;
alter table issue_version alter column rank set not null;

-- Not two at the same place, deleted ones included.
create unique index issue_project_id_rank_key on issue (project_id, rank);
-- A column of the board, in order.
create index issue_board_idx on issue (project_id, status_id, rank) where deleted_at is null;
