-- Full-text search. The configuration is "simple": people write in many languages, and names, codes
-- and short words must be found as they are written; beginnings of words are found by prefix.

-- Words are runs of letters and digits. Postgres's parser would keep file names, addresses and words
-- with hyphens together, so that their parts were not found; blanks in place of ASCII's signs make it
-- split as domain::filter::words_of does.
create function search_words(text) returns text
    language sql immutable strict parallel safe
    return translate($1, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                ');

alter table issue add column search tsvector not null generated always as (
    setweight(to_tsvector('simple', search_words(title)), 'A')
    || setweight(to_tsvector('simple', search_words(description)), 'B')) stored;
create index issue_search_idx on issue using gin (search);

-- A deleted comment has no body, so it is not found.
alter table comment add column search tsvector not null generated always as (
    setweight(to_tsvector('simple', search_words(body)), 'C')) stored;
create index comment_search_idx on comment using gin (search);

alter table attachment add column search tsvector not null generated always as (
    setweight(to_tsvector('simple', search_words(file_name)), 'C')) stored;
create index attachment_search_idx on attachment using gin (search) where state = 'ready';
