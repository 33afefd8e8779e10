drop index issue_version_parent_idx;
drop index issue_fixed_version_idx;
drop index issue_project_votes_idx;
alter table issue drop column votes;
drop table vote;
drop table watch;
drop table relation;
