create table project (
    id uuid primary key,
    key text not null,
    name text not null,
    description text not null default '',
    visibility text not null,
    reporters_see text not null,
    template text not null,
    archived_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    version integer not null default 1,
    constraint project_key_key unique (key),
    constraint project_key_check check (key ~ '^[A-Z][A-Z0-9]{1,9}$'),
    constraint project_visibility_check check (visibility in ('internal', 'private')),
    constraint project_reporters_see_check check (reporters_see in ('all', 'own'))
);

-- The last issue number of each project. Its own small table, so that taking a number locks nothing
-- that readers or settings touch. Updated inside the creating statement: no gaps, no duplicates.
create table issue_counter (
    project_id uuid primary key,
    last_number bigint not null default 0,
    constraint issue_counter_project_id_fkey foreign key (project_id) references project (id)
);

create table membership (
    project_id uuid not null,
    account_id uuid not null,
    role text not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (project_id, account_id),
    constraint membership_project_id_fkey foreign key (project_id) references project (id),
    constraint membership_account_id_fkey foreign key (account_id) references account (id),
    constraint membership_role_check check (role in ('viewer', 'reporter', 'developer', 'maintainer', 'lead'))
);

create index membership_account_id_idx on membership (account_id);

-- Workflow as data: statuses in the order of the board's columns, and the steps between them.
create table status (
    id uuid primary key,
    project_id uuid not null,
    position smallint not null,
    slug text not null,
    name text not null,
    category text not null,
    wip_limit integer,
    constraint status_project_id_fkey foreign key (project_id) references project (id),
    constraint status_project_id_slug_key unique (project_id, slug),
    constraint status_category_check check (category in ('triage', 'backlog', 'active', 'waiting', 'done'))
);

create table transition (
    project_id uuid not null,
    from_status_id uuid not null,
    to_status_id uuid not null,
    primary key (from_status_id, to_status_id),
    constraint transition_project_id_fkey foreign key (project_id) references project (id),
    constraint transition_from_status_id_fkey foreign key (from_status_id) references status (id),
    constraint transition_to_status_id_fkey foreign key (to_status_id) references status (id)
);

create index transition_project_id_idx on transition (project_id);
create index transition_to_status_id_idx on transition (to_status_id);

create table label (
    id uuid primary key,
    project_id uuid not null,
    name text not null,
    colour text not null,
    description text not null default '',
    created_at timestamptz not null default clock_timestamp(),
    constraint label_project_id_fkey foreign key (project_id) references project (id)
);

create unique index label_project_id_name_key on label (project_id, lower(name));

-- A release of what a project makes. "Version" alone means the counter for optimistic locking.
create table project_version (
    id uuid primary key,
    project_id uuid not null,
    name text not null,
    released_on date,
    created_at timestamptz not null default clock_timestamp(),
    constraint project_version_project_id_fkey foreign key (project_id) references project (id)
);

create unique index project_version_project_id_name_key on project_version (project_id, lower(name));
