alter table merge drop column relation_id;
alter table watch drop column merged_from;
alter table vote drop column merged_from;
