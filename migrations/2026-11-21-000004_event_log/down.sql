drop table event;
drop function event_is_append_only();
drop sequence event_seq;
