drop table merge;
