-- A file belongs to what it was put into: to a comment, or else to the issue itself. It is uploaded as a draft, which is
-- there for its uploader alone, until that is sent; drafts of an issue that is still to be reported belong to its
-- project. Before its bytes are there a file need not belong to anything: a form may name the project last.
alter table attachment alter column issue_id drop not null;
alter table attachment add column project_id uuid;
alter table attachment add column comment_id uuid;
-- As its comment says: kept with the row, so that whoever looks for files need not look at comments.
alter table attachment add column internal boolean not null default false;
alter table attachment drop constraint attachment_state_check;
alter table attachment add constraint attachment_state_check check (state in ('pending', 'draft', 'ready', 'deleted'));
alter table attachment add constraint attachment_project_id_fkey foreign key (project_id) references project (id);
-- So that no file is ever of a comment of another issue, or seen by others than its comment, also when that changes.
alter table comment add constraint comment_id_issue_id_internal_key unique (id, issue_id, internal);
alter table attachment add constraint attachment_comment_id_fkey foreign key (comment_id, issue_id, internal)
    references comment (id, issue_id, internal) on update cascade;
alter table attachment add constraint attachment_place_check check (
    num_nonnulls(issue_id, project_id) <= 1
    and (state <> 'draft' or num_nonnulls(issue_id, project_id) = 1 and comment_id is null)
    and (state <> 'ready' or issue_id is not null)
    and (comment_id is null or issue_id is not null)
    and (comment_id is not null or not internal));
create index attachment_comment_id_idx on attachment (comment_id) where comment_id is not null;
create index attachment_project_id_idx on attachment (project_id) where project_id is not null;

-- What befell comments and files of a duplicate was told of the project into which it is merged, when somebody did it
-- there. It is a matter of the project in which its issue is; one that has moved since brings all of it anyway.
alter table event disable trigger event_no_change;
update event e set project_id = i.project_id from issue i
where i.id = e.issue_id and i.project_id <> e.project_id
  and (e.kind like 'comment.%' or e.kind like 'attachment.%')
  and not exists (select from former_key f where f.issue_id = i.id);
alter table event enable always trigger event_no_change;

-- As before, and drafts go with the project for which they wait.
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
        select t.storage_key from attachment t left join issue i on i.id = t.issue_id
        where t.project_id = which or i.project_id = which;
    delete from attachment t using issue i where i.id = t.issue_id and i.project_id = which;
    get diagnostics n = row_count;
    -- What waits for an issue that was never reported is nobody's file yet, so it does not count.
    delete from attachment where project_id = which;
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
