-- Whoever votes for a duplicate or watches it counts where it was merged. Such a row names the duplicate
-- it came from, until the person says so themselves; only then does it stay when the merge is taken back.
-- When the duplicate is purged, the row stays and is the person's own: the votes were counted.
alter table vote add column merged_from uuid;
alter table vote add constraint vote_merged_from_fkey foreign key (merged_from) references issue (id) on delete set null;
create index vote_merged_from_idx on vote (merged_from) where merged_from is not null;
alter table watch add column merged_from uuid;
alter table watch add constraint watch_merged_from_fkey foreign key (merged_from) references issue (id) on delete set null;
create index watch_merged_from_idx on watch (merged_from) where merged_from is not null;

-- The relation that the merge made, if there was none.
alter table merge add column relation_id uuid;
alter table merge add constraint merge_relation_id_fkey foreign key (relation_id) references relation (id) on delete set null;
create index merge_relation_id_idx on merge (relation_id) where relation_id is not null;
