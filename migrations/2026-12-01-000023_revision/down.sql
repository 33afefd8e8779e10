alter table project drop column revision;
