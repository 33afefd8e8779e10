drop table idempotency_key;
drop table job;
drop table daily_stat;
