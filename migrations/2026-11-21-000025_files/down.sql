-- Nobody would see a draft any more, so it goes; and so does a file that everybody would see instead of the staff.
insert into orphan_file (storage_key)
    select storage_key from attachment where state = 'draft' or issue_id is null or internal;
delete from attachment where state = 'draft' or issue_id is null or internal;
drop index attachment_project_id_idx;
drop index attachment_comment_id_idx;
alter table attachment drop constraint attachment_place_check;
alter table attachment drop constraint attachment_comment_id_fkey;
alter table attachment drop constraint attachment_project_id_fkey;
alter table attachment drop constraint attachment_state_check;
alter table attachment add constraint attachment_state_check check (state in ('pending', 'ready', 'deleted'));
alter table attachment drop column internal;
alter table attachment drop column comment_id;
alter table attachment drop column project_id;
alter table attachment alter column issue_id set not null;
alter table comment drop constraint comment_id_issue_id_internal_key;

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
    -- Nor does an issue leave while its history goes.
    perform 1 from issue where project_id = which order by id for update;
    select count(*) into told from events_of(which) e where not e.signal;
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
    -- Answers elsewhere to what was said on a duplicate: they stand for themselves from now on.
    update comment answer set parent_id = null from comment said, issue i, issue o
    where said.id = answer.parent_id and i.id = said.issue_id and i.project_id = which
      and o.id = answer.issue_id and o.project_id <> which;
    delete from comment c using issue i where i.id = c.issue_id and i.project_id = which;
    get diagnostics n = row_count;
    counts := counts || jsonb_build_object('comments', n);
    -- Before the issues: they say to which project an event belongs.
    delete from event e where e.id in (select o.id from events_of(which) o);
    get diagnostics n = row_count;
    counts := counts || jsonb_build_object('events', n);
    delete from issue_version v using issue i where i.id = v.issue_id and i.project_id = which;
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
    delete from project where id = which;
    delete from purging where transaction = pg_current_xact_id()::text;

    insert into audit_entry (id, kind, actor_id, project_id, project_key, ip, user_agent, request_id, detail)
    values (entry, 'project.purged', actor, which, p.key, from_ip, agent, request,
            counts || jsonb_build_object('key', p.key, 'name', p.name));
    return counts;
end
$$;
