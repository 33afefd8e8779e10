create table issue (
    id uuid primary key,
    project_id uuid not null,
    number bigint not null,
    title text not null,
    description text not null,
    type text not null,
    -- 1 low … 4 critical: a number, so that it sorts by meaning.
    severity smallint not null,
    -- 1 highest … 5 lowest.
    priority smallint not null,
    story_points smallint,
    status_id uuid not null,
    resolution text,
    affected_version_id uuid,
    fixed_version_id uuid,
    reporter_id uuid not null,
    assignee_id uuid,
    parent_id uuid,
    -- In the row and not in a table of pairs, so that a version of an issue is one row.
    label_ids uuid[] not null default '{}',
    start_date date,
    due_date date,
    external_ref text,
    fingerprint text,
    occurrences integer not null default 1,
    context jsonb,
    -- Stays per category, oldest first: [{"category": …, "since": …}].
    life jsonb not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- Set exactly while the status is done, so "open" needs no join.
    resolved_at timestamptz,
    deleted_at timestamptz,
    constraint issue_project_id_fkey foreign key (project_id) references project (id),
    constraint issue_status_id_fkey foreign key (status_id) references status (id),
    constraint issue_affected_version_id_fkey foreign key (affected_version_id) references project_version (id),
    constraint issue_fixed_version_id_fkey foreign key (fixed_version_id) references project_version (id),
    constraint issue_reporter_id_fkey foreign key (reporter_id) references account (id),
    constraint issue_assignee_id_fkey foreign key (assignee_id) references account (id),
    constraint issue_parent_id_fkey foreign key (parent_id) references issue (id),
    constraint issue_project_id_number_key unique (project_id, number),
    constraint issue_severity_check check (severity between 1 and 4),
    constraint issue_priority_check check (priority between 1 and 5),
    constraint issue_resolution_check check ((resolution is null) = (resolved_at is null)),
    constraint issue_parent_check check (parent_id is distinct from id)
);

-- One index for each order a list can be asked for, with the id as tie-breaker, so that a page is
-- read in order from the index at any depth.
create index issue_project_updated_idx on issue (project_id, updated_at, id) where deleted_at is null;
create index issue_project_open_idx on issue (project_id, updated_at, id) where deleted_at is null and resolved_at is null;
create index issue_project_status_idx on issue (project_id, status_id, updated_at, id) where deleted_at is null;
create index issue_project_created_idx on issue (project_id, created_at, id) where deleted_at is null;
create index issue_project_priority_idx on issue (project_id, priority, id) where deleted_at is null;
create index issue_project_severity_idx on issue (project_id, severity, id) where deleted_at is null;
create index issue_updated_idx on issue (updated_at, id) where deleted_at is null;
create index issue_reporter_idx on issue (reporter_id, updated_at, id);
create index issue_assignee_idx on issue (assignee_id, updated_at, id) where assignee_id is not null;
create index issue_status_id_idx on issue (status_id);
create index issue_parent_id_idx on issue (parent_id) where parent_id is not null;
create unique index issue_project_id_external_ref_key on issue (project_id, external_ref) where external_ref is not null;

-- Every version an issue ever had, valid from … to, with the columns of issue. Written by the same
-- statement as the change. Asking it "as of" an instant is the same query with one more condition.
create table issue_version (
    issue_id uuid not null,
    project_id uuid not null,
    number bigint not null,
    title text not null,
    description text not null,
    type text not null,
    severity smallint not null,
    priority smallint not null,
    story_points smallint,
    status_id uuid not null,
    resolution text,
    affected_version_id uuid,
    fixed_version_id uuid,
    reporter_id uuid not null,
    assignee_id uuid,
    parent_id uuid,
    label_ids uuid[] not null,
    start_date date,
    due_date date,
    external_ref text,
    fingerprint text,
    occurrences integer not null,
    context jsonb,
    life jsonb not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    resolved_at timestamptz,
    deleted_at timestamptz,
    valid_from timestamptz not null,
    -- Null: valid now.
    valid_to timestamptz,
    primary key (issue_id, version)
);

create index issue_version_project_idx on issue_version (project_id, valid_from);

create table comment (
    id uuid primary key,
    issue_id uuid not null,
    author_id uuid not null,
    -- One level: a reply to a reply joins the first level.
    parent_id uuid,
    body text not null,
    internal boolean not null default false,
    version integer not null default 1,
    created_at timestamptz not null default clock_timestamp(),
    edited_at timestamptz,
    -- Its place stays; the body is emptied here and kept in the log.
    deleted_at timestamptz,
    constraint comment_issue_id_fkey foreign key (issue_id) references issue (id),
    constraint comment_author_id_fkey foreign key (author_id) references account (id),
    constraint comment_parent_id_fkey foreign key (parent_id) references comment (id)
);

create index comment_issue_id_idx on comment (issue_id, created_at, id);
create index comment_parent_id_idx on comment (parent_id) where parent_id is not null;

-- Two phases: a pending row, then the bytes, then ready. A crash leaves a pending row that the
-- worker sweeps together with its bytes; a ready row always has its bytes.
create table attachment (
    id uuid primary key,
    issue_id uuid not null,
    uploader_id uuid not null,
    file_name text not null,
    media_type text not null,
    size bigint not null default 0,
    sha256 text not null default '',
    storage_key text not null,
    state text not null default 'pending',
    created_at timestamptz not null default clock_timestamp(),
    constraint attachment_issue_id_fkey foreign key (issue_id) references issue (id),
    constraint attachment_uploader_id_fkey foreign key (uploader_id) references account (id),
    constraint attachment_storage_key_key unique (storage_key),
    constraint attachment_state_check check (state in ('pending', 'ready', 'deleted'))
);

create index attachment_issue_id_idx on attachment (issue_id, created_at, id);
create index attachment_unfinished_idx on attachment (created_at) where state <> 'ready';
