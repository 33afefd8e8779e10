alter table issue drop column search;
alter table issue add column search tsvector not null generated always as (
    setweight(to_tsvector('simple', search_words(title)), 'A')
    || setweight(to_tsvector('simple', search_words(description)), 'B')) stored;
create index issue_search_idx on issue using gin (search);
