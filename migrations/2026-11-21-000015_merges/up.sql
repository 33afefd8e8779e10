-- An issue that is a duplicate of another, and is shown there: its comments and files stay where they
-- are and are read beside those of the other, so taking a merge back puts nothing in the wrong place.
create table merge (
    id uuid primary key,
    issue_id uuid not null,
    into_id uuid not null,
    merged_by uuid not null,
    merged_at timestamptz not null default clock_timestamp(),
    -- Set when it was taken back; the row stays for the past.
    ended_at timestamptz,
    -- Where the duplicate stood before, and where the merge put it.
    former_status_id uuid not null,
    former_resolution text,
    closed_status_id uuid not null,
    constraint merge_issue_id_fkey foreign key (issue_id) references issue (id) on delete cascade,
    constraint merge_into_id_fkey foreign key (into_id) references issue (id) on delete cascade,
    constraint merge_merged_by_fkey foreign key (merged_by) references account (id),
    constraint merge_into_check check (issue_id <> into_id)
);

-- Merged into one at a time.
create unique index merge_issue_id_key on merge (issue_id) where ended_at is null;
create index merge_into_id_idx on merge (into_id) where ended_at is null;
