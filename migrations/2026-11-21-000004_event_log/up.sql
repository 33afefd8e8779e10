-- The append-only log. No foreign keys: a fact outlives the rows it speaks of, and no cascade can
-- reach it.
create table event (
    id uuid primary key,
    -- Order of delivery, stamped after commit by one sequencer at a time. bigserial would not do: its
    -- numbers are taken before commit, so a reader that remembers the last one would skip late commits.
    seq bigint,
    project_id uuid,
    issue_id uuid,
    actor_id uuid,
    on_behalf_of_id uuid,
    kind text not null,
    field text,
    old jsonb,
    new jsonb,
    -- Only for those who may see internal notes.
    internal boolean not null default false,
    -- The issue's version after the change.
    version integer,
    at timestamptz not null
);

create unique index event_seq_key on event (seq);
create index event_unstamped_idx on event (at, id) where seq is null;
create index event_issue_idx on event (issue_id, at, id) where issue_id is not null;
create index event_project_idx on event (project_id, at, id);

create sequence event_seq;

-- The log cannot be changed by anybody. The one exception: seq goes from null to a number, once.
create function event_is_append_only() returns trigger language plpgsql as $$
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

create trigger event_no_change before update or delete on event
    for each row execute function event_is_append_only();
create trigger event_no_truncate before truncate on event
    for each statement execute function event_is_append_only();
-- Also when replication replays changes, where ordinary triggers sleep.
alter table event enable always trigger event_no_change;
alter table event enable always trigger event_no_truncate;
