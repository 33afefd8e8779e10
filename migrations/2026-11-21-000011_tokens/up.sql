-- Tokens of programs. Like a session, a row only says whose the request is: rights are read from the
-- account on every request, and cut by the scopes and the project here.
create table api_token (
    id uuid primary key,
    account_id uuid not null,
    name text not null,
    -- How the token begins, to recognise it by. The token itself is nowhere: it has 256 random bits, so
    -- that one round of SHA-256 is enough, and looking it up by its digest tells nothing by its time.
    prefix text not null,
    digest bytea not null,
    scopes text[] not null,
    -- The only project that exists for it. It goes with the project: it must not become a token for all.
    project_id uuid,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    constraint api_token_account_id_fkey foreign key (account_id) references account (id),
    constraint api_token_project_id_fkey foreign key (project_id) references project (id) on delete cascade,
    constraint api_token_digest_key unique (digest),
    constraint api_token_digest_check check (octet_length(digest) = 32),
    constraint api_token_scopes_check check (
        cardinality(scopes) > 0
        and scopes <@ array['read', 'issues:write', 'comments:write', 'ingest', 'on_behalf_of', 'admin']
    )
);

create index api_token_account_id_idx on api_token (account_id) where revoked_at is null;
create index api_token_project_id_idx on api_token (project_id) where project_id is not null;
