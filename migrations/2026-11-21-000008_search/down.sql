alter table attachment drop column search;
alter table comment drop column search;
alter table issue drop column search;
drop function search_words(text);
