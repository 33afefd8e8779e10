-- How issues hang together. One row per pair and kind, in one direction: "blocked by" is a "blocks" from
-- the other side, and "relates to" stands from the smaller id to the larger. One that was taken back
-- stays with its end, so that the past can be asked.
create table relation (
    id uuid primary key,
    kind text not null,
    from_id uuid not null,
    to_id uuid not null,
    created_by uuid not null,
    created_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    constraint relation_kind_check check (kind in ('blocks', 'relates_to', 'duplicates', 'causes')),
    constraint relation_direction_check check (case kind when 'relates_to' then from_id < to_id else from_id <> to_id end),
    constraint relation_from_id_fkey foreign key (from_id) references issue (id) on delete cascade,
    constraint relation_to_id_fkey foreign key (to_id) references issue (id) on delete cascade,
    constraint relation_created_by_fkey foreign key (created_by) references account (id)
);

create unique index relation_from_id_to_id_kind_key on relation (from_id, to_id, kind) where ended_at is null;
create index relation_from_id_idx on relation (from_id, kind);
create index relation_to_id_idx on relation (to_id, kind);

-- Who wants to hear of an issue. Private: others see no more than how many. A row that says no stays, so
-- that nothing turns it on again by itself.
create table watch (
    issue_id uuid not null,
    account_id uuid not null,
    watching boolean not null,
    since timestamptz not null default clock_timestamp(),
    primary key (issue_id, account_id),
    constraint watch_issue_id_fkey foreign key (issue_id) references issue (id) on delete cascade,
    constraint watch_account_id_fkey foreign key (account_id) references account (id)
);

create index watch_account_id_idx on watch (account_id, issue_id) where watching;

create table vote (
    issue_id uuid not null,
    account_id uuid not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (issue_id, account_id),
    constraint vote_issue_id_fkey foreign key (issue_id) references issue (id) on delete cascade,
    constraint vote_account_id_fkey foreign key (account_id) references account (id)
);

-- How many votes there are: kept with the row, because lists are ordered by it. Changes only in the
-- statement that adds or takes a vote. No part of a version: votes are of now.
alter table issue add column votes integer not null default 0;
create index issue_project_votes_idx on issue (project_id, votes, id) where deleted_at is null;

-- Release notes and progress of a version; sub-issues of the past.
create index issue_fixed_version_idx on issue (fixed_version_id) where fixed_version_id is not null;
create index issue_version_parent_idx on issue_version (parent_id, valid_from) where parent_id is not null;

-- Whoever has a part in an issue watches it.
insert into watch (issue_id, account_id, watching, since)
select distinct on (i.id, w.account_id) i.id, w.account_id, true, i.created_at
from issue i
cross join lateral (
    select i.reporter_id as account_id
    union all
    select i.assignee_id where i.assignee_id is not null
    union all
    select c.author_id from comment c where c.issue_id = i.id and not c.internal
) w;
