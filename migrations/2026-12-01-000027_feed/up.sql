-- What one person did, newest first, project by project: without it a feed of somebody quiet reads a whole log.
create index event_project_actor_idx on event (project_id, actor_id, at, id);
-- Issues that moved since an instant, whose history came along into the feed of the project where they are now.
create index former_key_at_idx on former_key (at);
