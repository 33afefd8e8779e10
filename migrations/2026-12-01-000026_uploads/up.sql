-- What somebody uploaded in the last day, for the quota: also files that are removed again since. A row has the id of its
-- file. The worker forgets it after a day.
create table upload (
    id uuid primary key,
    account_id uuid not null,
    bytes bigint not null,
    at timestamptz not null default clock_timestamp(),
    constraint upload_account_id_fkey foreign key (account_id) references account (id)
);

create index upload_account_idx on upload (account_id, at) include (bytes);
create index upload_at_idx on upload (at);
