alter table account drop column awaits_admin;
alter table account drop constraint account_username_no_id_check;
alter table account add column failed_sign_ins integer not null default 0;
alter table account add column sign_in_after timestamptz;
drop table sign_in_attempt;
