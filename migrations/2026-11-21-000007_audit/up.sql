alter table project
    -- The page on which it opens.
    add column landing text not null default 'issues',
    -- Counts changes of statuses and steps, for If-Match; apart from version, so that settings and
    -- workflow do not get into each other's way.
    add column workflow_version integer not null default 1,
    add constraint project_landing_check check (landing in ('issues', 'board'));

update project set landing = 'board' where template in ('software', 'service');

-- A status that was removed stays as a row: history, versions of issues and daily statistics go on
-- naming it. No issue is in it, not even a deleted one, and none can enter it.
alter table status add column removed_at timestamptz;

-- Who signed in, whose rights changed, what left the house. No foreign keys, like the log of events:
-- an entry outlives what it speaks of, so it keeps the project's key beside its id.
create table audit_entry (
    id uuid primary key,
    kind text not null,
    actor_id uuid,
    target_id uuid,
    project_id uuid,
    project_key text,
    ip text not null default '',
    user_agent text not null default '',
    request_id text not null default '',
    detail jsonb not null default '{}',
    at timestamptz not null default clock_timestamp()
);

create index audit_entry_at_idx on audit_entry (at, id);
create index audit_entry_kind_idx on audit_entry (kind, at, id);
create index audit_entry_actor_idx on audit_entry (actor_id, at, id) where actor_id is not null;
create index audit_entry_target_idx on audit_entry (target_id, at, id) where target_id is not null;
create index audit_entry_project_idx on audit_entry (project_id, at, id) where project_id is not null;

-- What is being purged, and by which transaction. Only the two functions below write here, and they
-- leave nothing behind; the application's role has no right to this table at all.
create table purging (
    transaction text primary key default pg_current_xact_id()::text,
    project_id uuid,
    audit_before timestamptz
);

-- Files whose rows are gone; the worker removes their bytes.
create table orphan_file (
    storage_key text primary key,
    created_at timestamptz not null default clock_timestamp()
);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if exists (select 1 from purging p
                   where p.transaction = pg_current_xact_id()::text and old.at < p.audit_before) then
            return old;
        end if;
    end if;
    raise exception 'the audit log is append-only: % refused', lower(tg_op)
        using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_entry_no_change before update or delete on audit_entry
    for each row execute function audit_is_append_only();
create trigger audit_entry_no_truncate before truncate on audit_entry
    for each statement execute function audit_is_append_only();
alter table audit_entry enable always trigger audit_entry_no_change;
alter table audit_entry enable always trigger audit_entry_no_truncate;

-- As before, and the one door: rows of a project that is being purged may go.
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
    if tg_op = 'DELETE' then
        if exists (select 1 from purging p
                   where p.transaction = pg_current_xact_id()::text and p.project_id = old.project_id) then
            return old;
        end if;
    end if;
    raise exception 'the event log is append-only: % refused', lower(tg_op)
        using errcode = 'insufficient_privilege';
end
$$;

-- Removes entries of the audit log by age, and says so in the audit log.
create function purge_audit(
    until timestamptz, entry uuid, actor uuid, from_ip text, agent text, request text
) returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    gone bigint;
begin
    if until is null or until > clock_timestamp() - interval '30 days' then
        raise exception 'the audit log keeps at least 30 days' using errcode = 'check_violation';
    end if;
    insert into purging (audit_before) values (until);
    delete from audit_entry where at < until;
    get diagnostics gone = row_count;
    delete from purging where transaction = pg_current_xact_id()::text;
    -- The worker's daily look finds nothing on most days; that is no news.
    if gone > 0 or actor is not null then
        insert into audit_entry (id, kind, actor_id, ip, user_agent, request_id, detail)
        values (entry, 'audit.purged', actor, from_ip, agent, request,
                jsonb_build_object('before', until, 'entries', gone));
    end if;
    return gone;
end
$$;

-- Removes a project with all that belongs to it, history too: the only way by which rows of the log
-- can go. It judges for itself: archived, and exported with every event there is. The answer counts
-- what went, or says under "refused" why nothing did.
create function purge_project(
    which uuid, entry uuid, actor uuid, from_ip text, agent text, request text
) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
declare
    p project;
    told bigint;
    n bigint;
    counts jsonb := '{}';
begin
    -- Nobody adds an issue or changes a setting from here on.
    select * into p from project where id = which for update;
    if not found then
        return jsonb_build_object('refused', 'unknown');
    end if;
    if p.archived_at is null then
        return jsonb_build_object('refused', 'not_archived');
    end if;
    select count(*) into told from event e where e.project_id = which;
    -- The log only grows, so the same number of events means: nothing happened since the export.
    if not exists (select 1 from audit_entry a where a.kind = 'project.exported' and a.project_id = which
                   and (a.detail->>'events')::bigint = told) then
        return jsonb_build_object('refused', 'not_exported');
    end if;

    insert into purging (project_id) values (which);
    insert into orphan_file (storage_key)
        select t.storage_key from attachment t join issue i on i.id = t.issue_id where i.project_id = which;
    delete from attachment t using issue i where i.id = t.issue_id and i.project_id = which;
    get diagnostics n = row_count;
    counts := counts || jsonb_build_object('files', n);
    delete from comment c using issue i where i.id = c.issue_id and i.project_id = which;
    get diagnostics n = row_count;
    counts := counts || jsonb_build_object('comments', n);
    delete from issue_version where project_id = which;
    delete from issue where project_id = which;
    get diagnostics n = row_count;
    counts := counts || jsonb_build_object('issues', n);
    delete from daily_stat where project_id = which;
    delete from transition where project_id = which;
    delete from status where project_id = which;
    delete from label where project_id = which;
    delete from project_version where project_id = which;
    delete from membership where project_id = which;
    get diagnostics n = row_count;
    counts := counts || jsonb_build_object('members', n);
    delete from issue_counter where project_id = which;
    delete from event where project_id = which;
    get diagnostics n = row_count;
    counts := counts || jsonb_build_object('events', n);
    delete from project where id = which;
    delete from purging where transaction = pg_current_xact_id()::text;

    insert into audit_entry (id, kind, actor_id, project_id, project_key, ip, user_agent, request_id, detail)
    values (entry, 'project.purged', actor, which, p.key, from_ip, agent, request,
            counts || jsonb_build_object('key', p.key, 'name', p.name));
    return counts;
end
$$;

-- Functions are everybody's unless told otherwise; the application's role gets these two with its
-- other rights.
revoke all on function purge_audit(timestamptz, uuid, uuid, text, text, text) from public;
revoke all on function purge_project(uuid, uuid, uuid, text, text, text) from public;
