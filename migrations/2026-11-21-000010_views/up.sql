-- Saved filters with their layout: somebody's own, or shared with everybody who sees a project.
create table saved_view (
    id uuid primary key,
    -- Who made it; of a shared one nobody's property any more.
    owner_id uuid not null,
    project_id uuid,
    name text not null,
    -- In the filter language, in its canonical form.
    query text not null,
    layout jsonb not null,
    shared boolean not null,
    version integer not null default 1,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    constraint saved_view_owner_id_fkey foreign key (owner_id) references account (id),
    constraint saved_view_project_id_fkey foreign key (project_id) references project (id) on delete cascade,
    constraint saved_view_shared_check check (not shared or project_id is not null)
);

create unique index saved_view_owner_id_name_key on saved_view (owner_id, lower(name)) where not shared;
create unique index saved_view_project_id_name_key on saved_view (project_id, lower(name)) where shared;
