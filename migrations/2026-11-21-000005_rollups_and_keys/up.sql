-- Written by the worker, recomputed from the tables each time: running twice changes nothing.
create table daily_stat (
    day date not null,
    project_id uuid not null,
    status_id uuid not null,
    count bigint not null,
    created bigint not null,
    resolved bigint not null,
    primary key (project_id, day, status_id),
    constraint daily_stat_project_id_fkey foreign key (project_id) references project (id),
    constraint daily_stat_status_id_fkey foreign key (status_id) references status (id)
);

create index daily_stat_status_id_idx on daily_stat (status_id);

-- One row for each of the worker's jobs: taken with "for update skip locked", so that any number
-- of workers may run.
create table job (
    name text primary key,
    next_run_at timestamptz not null default clock_timestamp(),
    last_finished_at timestamptz,
    last_outcome text,
    attempts integer not null default 0
);

-- The first answer to a request with an Idempotency-Key, for 24 hours.
create table idempotency_key (
    account_id uuid not null,
    route text not null,
    key text not null,
    request_hash text not null,
    status smallint not null default 0,
    location text,
    etag text,
    body text not null default '',
    created_at timestamptz not null default clock_timestamp(),
    primary key (account_id, route, key),
    constraint idempotency_key_account_id_fkey foreign key (account_id) references account (id)
);

create index idempotency_key_created_at_idx on idempotency_key (created_at);
