drop table project_version;
drop table label;
drop table transition;
drop table status;
drop table membership;
drop table issue_counter;
drop table project;
