drop function purge_project(uuid, uuid, uuid, text, text, text);
drop function purge_audit(timestamptz, uuid, uuid, text, text, text);

create or replace function event_is_append_only() returns trigger language plpgsql as $$
declare
    unstamped event;
begin
    if tg_op = 'UPDATE' and old.seq is null and new.seq is not null then
        unstamped := new;
        unstamped.seq := null;
        if unstamped is not distinct from old then
            return new;
        end if;
    end if;
    raise exception 'the event log is append-only: % refused', lower(tg_op)
        using errcode = 'insufficient_privilege';
end
$$;

drop table orphan_file;
drop table audit_entry;
drop function audit_is_append_only();
drop table purging;
alter table status drop column removed_at;
alter table project drop column landing, drop column workflow_version;
