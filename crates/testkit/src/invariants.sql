-- What holds between tables whatever people do at the same time. Each statement finds what breaks its
-- sentence, as one column; it must find nothing. Run by `testkit::sql::broken`.

-- A label on an issue is one of its project.
select i.id from issue i, unnest(i.label_ids) l
where not exists (select from label x where x.id = l and x.project_id = i.project_id);

-- No label stands on an issue twice, and none has more than twenty.
select i.id from issue i
where cardinality(i.label_ids) > 20
   or cardinality(i.label_ids) <> (select count(distinct l) from unnest(i.label_ids) l);

-- A version that an issue names is one of its project.
select i.id from issue i, unnest(array[i.affected_version_id, i.fixed_version_id]) v
where v is not null and not exists (select from project_version x where x.id = v and x.project_id = i.project_id);

-- The status of an issue is one of its project's workflow.
select i.id from issue i join status s on s.id = i.status_id
where s.project_id <> i.project_id or s.removed_at is not null;

-- An issue is closed, has a resolution and the instant of it together with a done status, and only then.
select i.id from issue i join status s on s.id = i.status_id
where (s.category = 'done') <> (i.resolved_at is not null)
   or (s.category = 'done') <> (i.resolution is not null);

-- A parent is of the same project.
select i.id from issue i join issue p on p.id = i.parent_id where p.project_id <> i.project_id;

-- No issue stands below itself.
with recursive up(id, above) as (
    select id, parent_id from issue where parent_id is not null
    union
    select up.id, i.parent_id from up join issue i on i.id = up.above where i.parent_id is not null
)
select id from up where id = above;

-- Whoever is assigned in a private project is a member of it, or an admin.
select i.id from issue i join project p on p.id = i.project_id join account a on a.id = i.assignee_id
where p.visibility = 'private' and a.role <> 'admin'
  and not exists (select from membership m where m.project_id = p.id and m.account_id = a.id);

-- Nothing happens in an archived project after it was archived.
select e.id from project p
join lateral (
    select max(x.seq) as seq from event x
    where x.project_id = p.id and x.kind = 'project.updated' and x.field = 'archived' and x.new = 'true'
) archived on true
join event e on e.project_id = p.id and e.seq > archived.seq
where p.archived_at is not null and not e.signal
  and e.kind not in ('project.updated', 'merge.updated');

-- A deleted issue takes no comments, files or relations.
select i.id from issue i
where i.deleted_at is not null
  and (exists (select from comment c where c.issue_id = i.id and c.created_at > i.deleted_at)
    or exists (select from relation r where i.id in (r.from_id, r.to_id) and r.ended_at is null
                 and r.created_at > i.deleted_at));

-- Numbers are given once, and none beyond the counter.
select i.id from issue i join issue_counter c on c.project_id = i.project_id
where i.number > c.last_number
   or exists (select from former_key f where f.project_id = i.project_id and f.number = i.number);

-- Votes are counted.
select i.id from issue i where i.votes <> (select count(*) from vote v where v.issue_id = i.id);

-- The row is its last version, and every version but the last ends where the next begins.
select i.id from issue i
where (select count(*) from issue_version v where v.issue_id = i.id and v.valid_to is null) <> 1
   or not exists (
       select from issue_version v where v.issue_id = i.id and v.valid_to is null
         and v.version = i.version and v.project_id = i.project_id and v.number = i.number
         and v.status_id = i.status_id and v.label_ids = i.label_ids
         and (v.title, v.priority, v.severity) = (i.title, i.priority, i.severity)
         and (v.assignee_id, v.parent_id, v.affected_version_id, v.fixed_version_id, v.resolution)
             is not distinct from
             (i.assignee_id, i.parent_id, i.affected_version_id, i.fixed_version_id, i.resolution))
   or exists (
       select from issue_version v where v.issue_id = i.id and v.version < i.version and not exists (
           select from issue_version n where n.issue_id = i.id and n.version = v.version + 1
             and n.valid_from = v.valid_to));

-- An event of an issue stands under the project in which the issue was then.
select e.id from event e
where e.issue_id is not null and not e.signal and e.kind in (
        'issue.updated', 'issue.deleted', 'issue.restored', 'comment.created', 'comment.updated',
        'comment.deleted', 'attachment.created', 'attachment.deleted')
  and not exists (
      select from issue_version v where v.issue_id = e.issue_id and v.project_id = e.project_id
        and v.valid_from <= e.at and coalesce(v.valid_to, 'infinity') >= e.at);

-- A reply answers a comment of the same issue, or of one that is or was merged with it.
select c.id from comment c join comment p on p.id = c.parent_id
where p.issue_id <> c.issue_id
  and not exists (
      select from merge m where (m.issue_id, m.into_id) in ((p.issue_id, c.issue_id), (c.issue_id, p.issue_id)))
  and not exists (
      select from merge a join merge b on a.into_id = b.into_id or a.into_id = b.issue_id
      where (a.issue_id, b.issue_id) in ((p.issue_id, c.issue_id), (c.issue_id, p.issue_id))
         or (a.issue_id, b.into_id) in ((p.issue_id, c.issue_id), (c.issue_id, p.issue_id)));

-- A file in a comment is of the comment's issue.
select a.id from attachment a join comment c on c.id = a.comment_id where a.issue_id <> c.issue_id;

-- An issue is merged into one other at a time, and never, over however many, into itself.
with recursive up(id, above) as (
    select issue_id, into_id from merge where ended_at is null
    union
    select up.id, m.into_id from up join merge m on m.issue_id = up.above and m.ended_at is null
)
select id from up where id = above
union all
select issue_id from merge where ended_at is null group by issue_id having count(*) > 1;

-- Relations with a direction lead in no circle.
with recursive up(kind, id, above) as (
    select kind, from_id, to_id from relation where ended_at is null and kind <> 'relates_to'
    union
    select up.kind, up.id, r.to_id from up join relation r on r.from_id = up.above and r.kind = up.kind
      and r.ended_at is null
)
select id from up where id = above;

-- Somebody leads every project that ever had a lead.
select p.id from project p
where not exists (select from membership m where m.project_id = p.id and m.role = 'lead');

-- Somebody is an active admin.
select 'nobody' where not exists (select from account where role = 'admin' and active and kind = 'human')
    and exists (select from account where role = 'admin');

-- A view shared in a project is of a project that exists, and a private one has an owner who does.
select v.id from saved_view v
where v.shared and (v.project_id is null or not exists (select from project p where p.id = v.project_id));

-- Nobody deactivated has a session or a token that holds.
select a.id from account a
where not a.active
  and (exists (select from session s where s.account_id = a.id and s.revoked_at is null and s.expires_at > now())
    or exists (select from api_token t where t.account_id = a.id and t.revoked_at is null));
