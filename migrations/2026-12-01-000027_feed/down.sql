drop index former_key_at_idx;
drop index event_project_actor_idx;
