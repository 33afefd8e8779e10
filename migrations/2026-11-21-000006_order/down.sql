drop index issue_board_idx;
drop index issue_project_id_rank_key;
alter table issue_version drop column rank;
alter table issue drop column rank;
