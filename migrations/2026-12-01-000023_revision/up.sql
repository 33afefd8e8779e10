-- Counts every change of what others decide by: statuses, steps, labels, versions, members and settings of a project.
-- Whoever writes in a project does so only at the revision that they decided by, and holds it until they are done;
-- whoever changes those things counts it up first, so that nobody writes in between.
alter table project add column revision bigint not null default 1;
