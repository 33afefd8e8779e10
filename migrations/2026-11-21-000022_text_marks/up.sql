-- Beside the words of an issue, its index holds where the issue is, whose it is, and whether it is open:
-- words that stand everywhere are then looked for in one project, or among what is open, without a look
-- at the rows of all others. The signs before them are in no word. Rights do not rest on these marks:
-- they only leave out what the condition beside them refuses.
alter table issue drop column search;
alter table issue add column search tsvector not null generated always as (
    setweight(to_tsvector('simple', search_words(title)), 'A')
    || setweight(to_tsvector('simple', search_words(description)), 'B')
    || array_to_tsvector(array[
        '@' || project_id,
        '~' || reporter_id,
        case when resolved_at is null then '!open' else '!closed' end])) stored;
create index issue_search_idx on issue using gin (search);
