drop table attachment;
drop table comment;
drop table issue_version;
drop table issue;
