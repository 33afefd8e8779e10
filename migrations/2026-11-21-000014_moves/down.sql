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

create or replace function purge_project(
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

drop function events_of(uuid);
drop table former_key;
