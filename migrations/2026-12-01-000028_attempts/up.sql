-- Guesses of passwords, by a keyed digest of whoever is meant: of a name as it was typed, whether anybody has it or not, of a
-- device that an account knows, or of an account whose session asks for its password again. Counted before the password
-- is looked at; the worker forgets them after a day of rest.
create table sign_in_attempt (
    key bytea primary key check (octet_length(key) = 32),
    attempts integer not null,
    failures integer not null,
    free_at timestamptz not null,
    last_at timestamptz not null,
    -- Whether the last attempt was let through to the password.
    passed boolean not null
);
create index sign_in_attempt_last_at_idx on sign_in_attempt (last_at);
alter table account drop column failed_sign_ins;
alter table account drop column sign_in_after;

-- A word that names an account is read as an id where it can be one, so no name is one.
alter table account add constraint account_username_no_id_check check (username !~* '^[0-9a-f]{32}$');

-- Somebody registered by an address that nobody has proven to be theirs, and waits for an admin to let them in.
alter table account add column awaits_admin boolean not null default false;
alter table account add constraint account_awaits_admin_check check (not (awaits_admin and active));
