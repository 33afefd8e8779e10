//! The set of issues that is measured on: straight by SQL, because it is not what is measured.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use super::life;
use crate::postgres::{Cluster, OWNER, SUPERUSER};
use crate::proc;

/// Projects of the set; their keys are B01, B02 …
pub const PROJECTS: u32 = 16;
/// The smallest set that is worth measuring.
pub const FEWEST: u32 = PROJECTS * 200;
/// Versions of each issue, evenly over its life.
pub const VERSIONS: u32 = 10;
/// Of each twenty issues in a row, the first five are open when the set is new.
pub const OPEN_OF_TWENTY: u32 = 5;
/// Ids of issues are this and twelve hexadecimal digits of their place in the set.
pub const ID_PREFIX: &str = "019a0000-0000-7000-8000-";

/// Projects as the demo data's ENG: workflow, labels, people. Every second one is private.
const PLACES: &str = "
    insert into project (id, key, name, description, visibility, reporters_see, template)
    select gen_random_uuid(), 'B' || lpad(n::text, 2, '0'), 'Measured ' || n, '',
           case when n % 2 = 0 then 'private' else 'internal' end, 'all', 'software'
    from generate_series(1, :projects) n;

    insert into status (id, project_id, position, slug, name, category)
    select gen_random_uuid(), p.id, s.position, s.slug, s.name, s.category
    from project p, status s join project eng on eng.id = s.project_id
    where p.name like 'Measured %' and eng.key = 'ENG';

    insert into transition (project_id, from_status_id, to_status_id)
    select p.id, f.id, t.id
    from project p
    join status f on f.project_id = p.id join status t on t.project_id = p.id
    where p.name like 'Measured %' and exists (
        select 1 from transition x join project eng on eng.id = x.project_id
        join status xf on xf.id = x.from_status_id join status xt on xt.id = x.to_status_id
        where eng.key = 'ENG' and xf.slug = f.slug and xt.slug = t.slug);

    insert into label (id, project_id, name, colour)
    select gen_random_uuid(), p.id, l.name, '#64748b'
    from project p, (values ('api'), ('performance'), ('security'), ('debt')) l(name)
    where p.name like 'Measured %';

    insert into membership (project_id, account_id, role)
    select p.id, a.id, m.role
    from project p, account a join (values
        ('maintainer', 'maintainer'), ('lead', 'lead'), ('developer', 'developer'),
        ('reporter', 'reporter'), ('reporter2', 'reporter'), ('viewer', 'viewer')
    ) m(username, role) on m.username = a.username
    where p.name like 'Measured %';
";

/// What titles are made of, so that a word stands in one of forty.
const SUBJECTS: &str = "map,invoice,calendar,report,upload,sign-in,quote,search,message,price list,export,theme,\
    offline mode,signature,stock,terminal,team view,route,mail,import,settings,webhook,audit,print view,scanner,\
    holiday,filter,sidebar,avatar,comment,label,board,timer,backup,login,chart,receipt,address,contract,tablet";
const COMPLAINTS: &str = "stays grey,drops visits,times out,is unreadable,loses its place,sends twice,forgets,is off by one,\
    hides the button,rounds wrongly,gives no numbers,needs four clicks,stays empty,should sort,should undo,loops,\
    prints twice,crashes,ignores the zone,waits for ever,flickers,jumps,misses rows,shows yesterday,cannot scroll,\
    is cut off,overlaps,answers late,counts double,needs a reload,turns upside down,is not saved,blinks,swallows keys,\
    shows a code,opens twice,never ends,looks blurred,breaks lines,lacks a hint";

const ISSUES: &str = "
    with project as (
        select id, (row_number() over (order by key) - 1)::int as place
        from project where name like 'Measured %'
    ), label as (
        select project_id, array_agg(id) as ids from label group by project_id
    ), person as (
        select max(id::text) filter (where username = 'lead')::uuid as lead,
               max(id::text) filter (where username = 'developer')::uuid as developer,
               max(id::text) filter (where username = 'maintainer')::uuid as maintainer,
               max(id::text) filter (where username = 'reporter')::uuid as reporter,
               max(id::text) filter (where username = 'reporter2')::uuid as reporter2
        from account
    ), plain as (
        select n, (n - 1) % :projects as place, (n - 1) / :projects + 1 as number,
               now() - interval '1 day' - (:issues - n) * (interval '364 days' / :issues) as created
        from generate_series(1, :issues) n
    ), timed as (
        select plain.*, ((number - 1) % 20)::int as kind,
               created + (1 + abs(hashint4(n::int)) % 1000) * 0.001 * (now() - created) as updated
        from plain
    ), judged as (
        select timed.*, case when kind < 5 then 'open' when kind < 7 then 'assigned'
                             when kind < 10 then 'in_progress' when kind < 11 then 'on_hold'
                             when kind < 12 then 'under_review' when kind < 18 then 'done'
                             else 'released' end as slug
        from timed
    )
    insert into issue (id, project_id, number, title, description, type, severity, priority,
                       story_points, status_id, resolution, reporter_id, assignee_id, label_ids,
                       due_date, occurrences, rank, life, version, created_at, updated_at, resolved_at)
    select (:'prefix' || lpad(to_hex(n), 12, '0'))::uuid, project.id, number,
           'Measured issue ' || n || ': ' || (string_to_array(:'subjects', ','))[1 + abs(hashint4(n::int + 3)) % 40]
               || ' ' || (string_to_array(:'complaints', ','))[1 + abs(hashint4(n::int + 5)) % 40],
           repeat('Steps, what was seen and what was expected, in a few plain words. ', 1 + number::int % 8),
           (array['bug', 'bug', 'feature', 'task'])[1 + number % 4],
           (array[1, 1, 1, 2, 2, 2, 3, 3, 4, 1])[1 + abs(hashint4(n::int + 7)) % 10],
           1 + abs(hashint4(n::int + 11)) % 5,
           case when n % 3 = 0 then (array[1, 2, 3, 5, 8])[1 + n % 5] end,
           status.id, case when kind >= 12 then 'complete' end,
           case n % 3 when 0 then reporter when 1 then reporter2 else developer end,
           case n % 5 when 0 then null when 1 then null when 2 then developer when 3 then lead
                      else maintainer end,
           case number % 4 when 0 then ids[1:1] when 1 then ids[2:3] else '{}' end,
           case when number % 6 = 0 then (created + interval '30 days')::date end, 1,
           to_hex(4611686018427387904 + number::bigint * 16777216),
           jsonb_build_array(jsonb_build_object('category', 'triage', 'since', created))
               || case when kind < 5 then '[]'::jsonb else
                   jsonb_build_array(jsonb_build_object('category', status.category, 'since', updated)) end,
           :versions, created, updated, case when kind >= 12 then updated end
    from judged
    join project on project.place = judged.place
    join status on status.project_id = project.id and status.slug = judged.slug
    join label on label.project_id = project.id
    cross join person
    order by n;
";

const HISTORY: &str = "
    insert into issue_version (issue_id, project_id, number, title, description, type, severity,
        priority, story_points, status_id, resolution, reporter_id, assignee_id, label_ids, due_date,
        occurrences, rank, life, version, created_at, updated_at, resolved_at, valid_from, valid_to)
    select issue.id, project_id, number, title, description, type, severity, priority, story_points,
        case when v.last then status_id else first.id_of_open end,
        case when v.last then resolution end, reporter_id, assignee_id, label_ids, due_date, occurrences,
        rank, life, v.version, created_at, at.begins, case when v.last then resolved_at end, at.begins,
        case when not v.last then at.ends end
    from issue
    cross join lateral (
        select n as version, n = :versions as last from generate_series(1, :versions) n) v
    cross join lateral (
        select created_at + (updated_at - created_at) / (:versions - 1) * (v.version - 1) as begins,
               created_at + (updated_at - created_at) / (:versions - 1) * v.version as ends) at
    join (select project_id, id as id_of_open from status where slug = 'open') first using (project_id)
    where issue.id::text like :'prefix' || '%' order by at.begins;
    -- The last division may leave microseconds; the row and its version are one.
    update issue i set updated_at = v.updated_at, resolved_at = v.updated_at
    from issue_version v
    where v.issue_id = i.id and v.valid_to is null and i.updated_at <> v.updated_at and i.resolved_at is not null;
    update issue i set updated_at = v.updated_at
    from issue_version v
    where v.issue_id = i.id and v.valid_to is null and i.updated_at <> v.updated_at;
    update issue_version set resolved_at = updated_at where resolved_at <> updated_at;

    insert into event (id, seq, project_id, issue_id, actor_id, kind, new, version, at)
    select gen_random_uuid(), nextval('event_seq'), project_id, id, reporter_id, 'issue.created',
           jsonb_build_object('title', title, 'type', type), 1, created_at
    from issue where id::text like :'prefix' || '%' order by id;

    insert into issue_counter (project_id, last_number)
    select p.id, coalesce(max(i.number), 0)
    from project p left join issue i on i.project_id = p.id
    where p.name like 'Measured %' group by p.id;
";

/// Indexes are made once for all rows, not row by row.
const WITHOUT_INDEXES: &str = "
    create temp table index_of as
        select indexname as name, indexdef as made_by from pg_indexes i
        where tablename in ('issue', 'issue_version', 'event', 'comment', 'attachment', 'relation', 'vote', 'watch', 'audit_entry')
          and indexdef not like 'CREATE UNIQUE%'
          and not exists (select from pg_constraint c where c.conname = i.indexname);
    do $$ declare name text; begin
        for name in select i.name from index_of i loop execute format('drop index %I', name); end loop;
    end $$;
";
const WITH_INDEXES: &str = "
    set maintenance_work_mem = '256MB';
    do $$ declare made_by text; begin
        for made_by in select i.made_by from index_of i loop execute made_by; end loop;
    end $$;
";

/// Puts the issues that a run has moved back to where they began.
const REOPEN: &str = "
    update issue set status_id = o.id
    from status s, status o
    where s.id = issue.status_id and o.project_id = s.project_id
      and s.slug = 'assigned' and o.slug = 'open' and (issue.number - 1) % 20 < 5
      and issue.id::text like '019a0000-0000-7000-8000-%'";

/// What is in the set.
#[derive(Clone, Copy)]
pub struct Contents {
    pub issues: u32,
    /// Versions of each issue.
    pub versions: u32,
    /// Also what goes on around them, see [`life`].
    pub life: bool,
}

/// Makes the set in a database that has the demo data.
pub fn load(cluster: &Cluster, database: &str, contents: Contents, scripts: &Path) -> Result<()> {
    let Contents {
        issues,
        versions,
        life,
    } = contents;
    let script = scripts.join("load.sql");
    let around = life.then(life::script).unwrap_or_default();
    fs::write(
        &script,
        [
            WITHOUT_INDEXES,
            PLACES,
            ISSUES,
            HISTORY,
            &around,
            WITH_INDEXES,
        ]
        .concat(),
    )?;
    let mut psql = cluster.psql(OWNER, database);
    psql.args(["-v", &format!("projects={PROJECTS}")])
        .args(["-v", &format!("issues={issues}")])
        .args(["-v", &format!("versions={versions}")])
        .args(["-v", &format!("subjects={SUBJECTS}")])
        .args(["-v", &format!("complaints={COMPLAINTS}")])
        .args(["-v", &format!("prefix={ID_PREFIX}")])
        .args([
            "-v",
            &format!("comment_prefix={}", life::COMMENT_PREFIX),
            "-f",
        ])
        .arg(&script);
    proc::capture(&mut psql)?;
    let made = cluster.query(
        OWNER,
        database,
        "select count(*) from issue i join project p on p.id = i.project_id where p.name like 'Measured %'",
    )?;
    if made != issues.to_string() {
        bail!("{made} issues were made, not {issues}");
    }
    tidy(cluster, database)
}

/// The place of an issue among those of its project, as a text that orders them.
pub fn rank(number: u32) -> String {
    format!("{:x}", RANK_FIRST + u64::from(number) * RANK_STEP)
}

/// The same in SQL, of pgbench's `number`.
pub const RANK_OF_NUMBER: &str = "to_hex(4611686018427387904 + :number::bigint * 16777216)";
const RANK_FIRST: u64 = 4_611_686_018_427_387_904;
const RANK_STEP: u64 = 16_777_216;

/// What autovacuum would do, at a moment of our choice.
pub fn tidy(cluster: &Cluster, database: &str) -> Result<()> {
    cluster.query(SUPERUSER, database, "vacuum analyze")?;
    cluster.query(SUPERUSER, database, "checkpoint")?;
    Ok(())
}

pub fn reopen(cluster: &Cluster, database: &str) -> Result<()> {
    cluster.query(OWNER, database, REOPEN)?;
    Ok(())
}
