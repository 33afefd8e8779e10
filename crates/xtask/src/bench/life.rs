//! What goes on around the issues of the set: what people did to them, said of them and hung on them, and
//! what projects and people have besides. Without it a feed, a history or a report would be quick because
//! there is nothing in it.
//!
//! Of each issue: two changes of fields, one comment, a relation to one in three, votes and a file for one
//! in ten, whoever reported or has it watches it; so there are about five events to an issue. The first
//! issue of each project is a busy one.

/// Ids of comments are this and twelve hexadecimal digits: four times the issue's place in the set, and
/// which of its four comments (0 to 3).
pub const COMMENT_PREFIX: &str = "019b0000-0000-7000-8000-";
/// Only each fourth issue has comments, and then four of them.
pub const COMMENTED_OF: u32 = 4;

const PLACES: &str = "
    analyze issue, issue_version;
    create temp table measured on commit preserve rows as
        select id, key, (row_number() over (order by key) - 1)::int as place
        from project where name like 'Measured %';
    create temp table of_demo on commit preserve rows as
        select id, username from account where username not like 'person%';

    insert into account (id, username, email, display_name, role)
    select gen_random_uuid(), 'person' || n, 'person' || n || '@example.com', 'Person ' || n, 'developer'
    from generate_series(1, 400) n;
    insert into membership (project_id, account_id, role)
    select m.id, a.id, 'developer'
    from measured m join account a on a.username like 'person%'
    where substr(a.username, 7)::int % 16 in (m.place % 16, (m.place + 1) % 16);

    insert into label (id, project_id, name, colour)
    select gen_random_uuid(), m.id, 'area ' || n, '#64748b' from measured m, generate_series(1, 26) n;
    insert into project_version (id, project_id, name, released_on)
    select gen_random_uuid(), m.id, '1.' || n, current_date - (30 * (12 - n))::int
    from measured m, generate_series(1, 12) n;

    insert into saved_view (id, owner_id, project_id, name, query, layout, shared)
    select gen_random_uuid(), a.id, null, 'Mine ' || n, 'assignee:@me is:open', '{}'::jsonb, false
    from of_demo a, generate_series(1, 12) n
    union all
    select gen_random_uuid(), a.id, m.id, 'Shared ' || n, 'is:open severity:>=high', '{}'::jsonb, true
    from measured m join of_demo a on a.username = 'lead', generate_series(1, 4) n;
    insert into api_token (id, account_id, name, prefix, digest, scopes, created_at)
    select gen_random_uuid(), a.id, 'program ' || n, 'iit_' || n, sha256((a.id || ' ' || n)::bytea), '{read}', now()
    from of_demo a, generate_series(1, 20) n;
    insert into session (id, account_id, user_agent, ip, expires_at)
    select gen_random_uuid(), a.id, 'Browser ' || n, '127.0.0.1', now() + interval '7 days'
    from of_demo a, generate_series(1, 20) n;
";

/// Duplicates, votes and fixed versions: the issue and its newest version are one.
const CHANGED_ISSUES: &str = "
    create temp table changed_issue on commit preserve rows as
        select i.id, v.id as fixed_version_id,
               case when i.number between 3 and 200 and (i.number - 1) % 20 between 12 and 17
                    then 'duplicate' else i.resolution end as resolution,
               case when i.number % 10 = 0 then 3 else 0 end as votes
        from issue i join measured m on m.id = i.project_id
        left join project_version v on v.project_id = i.project_id and (i.number - 1) % 20 >= 18
            and v.name = '1.' || (1 + (i.number / 20) % 12)
        where (i.number - 1) % 20 >= 18 or i.number % 10 = 0
           or (i.number between 3 and 200 and (i.number - 1) % 20 between 12 and 17);
    update issue i set fixed_version_id = c.fixed_version_id, resolution = c.resolution, votes = c.votes
    from changed_issue c where c.id = i.id;
    update issue_version i set fixed_version_id = c.fixed_version_id, resolution = c.resolution
    from changed_issue c where c.id = i.issue_id and i.valid_to is null
      and (c.fixed_version_id, c.resolution) is distinct from (i.fixed_version_id, i.resolution);
    insert into vote (issue_id, account_id)
    select c.id, a.id from changed_issue c, of_demo a
    where c.votes > 0 and a.username in ('lead', 'developer', 'viewer');
";

const AROUND: &str = "
    insert into watch (issue_id, account_id, watching, since)
    select distinct i.id, who.id, true, i.created_at
    from issue i join measured m on m.id = i.project_id, unnest(array[i.reporter_id, i.assignee_id]) as who(id)
    where who.id is not null;

    insert into comment (id, issue_id, author_id, body, created_at)
    select (:'comment_prefix' || lpad(to_hex(4 * place + n), 12, '0'))::uuid, i.id,
           case n % 3 when 0 then i.reporter_id when 1 then coalesce(i.assignee_id, i.reporter_id) else lead.id end,
           repeat('What was tried, and what came of it. ', 1 + n * 2),
           i.created_at + (i.updated_at - i.created_at) / 5 * (n + 1)
    from (select i.*, ('x' || right(i.id::text, 12))::bit(48)::bigint as place
          from issue i join measured m on m.id = i.project_id) i
    join of_demo lead on lead.username = 'lead', generate_series(0, 3) n
    where place % 4 = 0;
    insert into comment (id, issue_id, author_id, body, created_at)
    select gen_random_uuid(), i.id, i.reporter_id, 'It happened again, for the ' || n || 'th time.',
           i.created_at + (now() - i.created_at) / 501 * n
    from issue i join measured m on m.id = i.project_id, generate_series(1, 500) n
    where i.number = 1;

    insert into attachment (id, issue_id, uploader_id, file_name, media_type, size, sha256, storage_key, state, created_at)
    select gen_random_uuid(), i.id, i.reporter_id, 'screen-' || i.number || '.png', 'image/png', 70000, repeat('0', 64),
           'measured-' || i.id || '-' || n, 'ready', i.created_at
    from issue i join measured m on m.id = i.project_id,
         generate_series(1, case when i.number = 1 then 40 else 1 end) n
    where i.number % 10 = 1;

    insert into relation (id, kind, from_id, to_id, created_by, created_at)
    select gen_random_uuid(), r.kind, i.id, o.id, i.reporter_id, greatest(i.created_at, o.created_at)
    from issue i join measured m on m.id = i.project_id
    cross join lateral (
        select 'blocks' as kind, i.number + 1 as other where i.number % 4 = 0
        union all select 'relates_to', i.number + 2 where i.number % 8 = 1
        union all select 'relates_to', n from generate_series(41, 90) n where i.number = 1
        union all select 'duplicates', 2 where i.resolution = 'duplicate'
    ) r
    join issue o on o.project_id = i.project_id and o.number = r.other;
    insert into merge (id, issue_id, into_id, merged_by, merged_at, former_status_id, closed_status_id, relation_id)
    select gen_random_uuid(), r.from_id, r.to_id, r.created_by, r.created_at, i.status_id, i.status_id, r.id
    from relation r join issue i on i.id = r.from_id join measured m on m.id = i.project_id
    where r.kind = 'duplicates';

    insert into audit_entry (id, kind, actor_id, project_id, project_key, ip, at)
    select gen_random_uuid(), case when n % 10 = 0 then 'member.role_changed' else 'sign_in.ok' end, a.id,
           case when n % 10 = 0 then m.id end, case when n % 10 = 0 then m.key end, '127.0.0.1',
           now() - n * (interval '364 days' / :issues)
    from generate_series(1, :issues, 5) n
    join measured m on m.place = (n / 5) % 16
    join (select id, row_number() over (order by username) - 1 as place from of_demo) a on a.place = n % 5;
";

const EVENTS: &str = "
    analyze comment, attachment, relation;
    insert into event (id, seq, project_id, issue_id, actor_id, kind, field, old, new, version, at)
    select gen_random_uuid(), nextval('event_seq'), project_id, issue_id, actor_id, kind, field, old, new, version, at
    from (
        select v.project_id, v.issue_id, coalesce(v.assignee_id, v.reporter_id) as actor_id, 'issue.updated' as kind,
               f.field, f.old, f.new, v.version, v.valid_from as at
        from issue_version v join measured m on m.id = v.project_id
        join status s on s.id = v.status_id
        join status o on o.project_id = v.project_id and o.slug = 'open'
        cross join lateral (values
            ('status', jsonb_build_object('id', o.id, 'name', o.name, 'slug', o.slug, 'category', o.category),
                       jsonb_build_object('id', s.id, 'name', s.name, 'slug', s.slug, 'category', s.category)),
            ('priority', to_jsonb(3), to_jsonb(v.priority))) f(field, old, new)
        where v.version > 1
        union all
        select i.project_id, i.id, c.author_id, 'comment.created', null, null, jsonb_build_object('id', c.id), null, c.created_at
        from comment c join issue i on i.id = c.issue_id join measured m on m.id = i.project_id
        union all
        select i.project_id, i.id, a.uploader_id, 'attachment.created', null, null,
               jsonb_build_object('id', a.id, 'name', a.file_name, 'size', a.size), null, a.created_at
        from attachment a join issue i on i.id = a.issue_id join measured m on m.id = i.project_id
        union all
        select i.project_id, i.id, r.created_by, 'relation.created', null, null,
               jsonb_build_object('id', r.id, 'kind', r.kind,
                                  'issue', jsonb_build_object('id', o.id, 'name', m.key || '-' || o.number)),
               null, r.created_at
        from relation r join issue i on i.id in (r.from_id, r.to_id) join measured m on m.id = i.project_id
        join issue o on o.id in (r.from_id, r.to_id) and o.id <> i.id
        order by at
    ) told;
";

/// What the worker would have written of those days, which are over.
const DAYS: &str = "
    insert into daily_stat (day, project_id, status_id, count, created, resolved)
    select d::date, s.project_id, s.id,
           sum(coalesce(f.entered, 0)) over (partition by s.id order by d), coalesce(f.created, 0), coalesce(f.resolved, 0)
    from measured m join status s on s.project_id = m.id
    cross join generate_series((now() at time zone 'UTC')::date - 366, (now() at time zone 'UTC')::date, interval '1 day') d
    left join (
        select status_id, (updated_at at time zone 'UTC')::date as day, count(*) as entered,
               count(*) filter (where created_at::date = updated_at::date) as created, count(resolved_at) as resolved
        from issue group by 1, 2
    ) f on f.status_id = s.id and f.day = d::date
    on conflict do nothing;
";

/// All of it, to be run where the issues have just been made.
pub fn script() -> String {
    [PLACES, CHANGED_ISSUES, AROUND, EVENTS, DAYS].concat()
}
