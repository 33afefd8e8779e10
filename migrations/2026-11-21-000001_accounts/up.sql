-- Accounts are deactivated, never deleted: nothing that somebody wrote may disappear with them.
create table account (
    id uuid primary key,
    username text not null,
    email text not null,
    display_name text not null,
    role text not null,
    kind text not null default 'human',
    active boolean not null default true,
    -- bcrypt of the SHA-256 of the password, so that nothing is cut off at 72 bytes; null: cannot sign in with one.
    password_hash text,
    locale text not null default 'en',
    timezone text not null default 'UTC',
    theme text not null default 'system',
    last_login_at timestamptz,
    -- Sign-ins that failed since the last good one, and when the next is looked at.
    failed_sign_ins integer not null default 0,
    sign_in_after timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    version integer not null default 1,
    constraint account_role_check check (role in ('viewer', 'reporter', 'developer', 'maintainer', 'admin')),
    constraint account_kind_check check (kind in ('human', 'service'))
);

-- Names that differ only in case are the same name. E-mail addresses are stored folded.
create unique index account_username_key on account (lower(username));
create unique index account_email_key on account (email);

-- A signed-in browser or a program's token. The JWT only points here: what it may do is read from
-- the account on every request, and setting revoked_at ends it at once.
create table session (
    id uuid primary key,
    account_id uuid not null,
    user_agent text not null default '',
    ip text not null default '',
    created_at timestamptz not null default clock_timestamp(),
    last_seen_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    constraint session_account_id_fkey foreign key (account_id) references account (id)
);

create index session_account_id_idx on session (account_id) where revoked_at is null;
