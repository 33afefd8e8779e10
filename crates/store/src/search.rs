//! Full-text search over titles, texts, comments and names of files, as far as they exist for the
//! caller.

use crate::access::Scope;
use crate::columns::{IssueStatus, StatusSql, Word};
use crate::db::Conn;
use crate::error::Result;
use crate::marks;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Double, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{Queryable, RunQueryDsl};
use domain::filter::words_of;
use domain::issue::IssueType;
use domain::key::{IssueRef, issue_key};
use domain::search::{FoundIn, Likeness, SNIPPET_MAX, SearchHit, Segment, SimilarIssue, snippet};
use std::cmp::Reverse;
use uuid::Uuid;

/// Most texts of each kind that one question ranks, so that a word which stands everywhere costs no
/// more than this. Only texts that exist for the caller count: others must not crowd them out.
pub const RANKED_MAX: i64 = 5_000;
/// Least similarity of a title that is worth a look.
const SIMILAR_MIN: f64 = 0.15;

type HitSql = (
    SqlUuid,
    Text,
    BigInt,
    Text,
    StatusSql,
    Text,
    Timestamptz,
    Text,
    SqlUuid,
    Text,
    Double,
    BigInt,
);

#[derive(Debug, Queryable)]
struct Hit {
    id: Uuid,
    project: String,
    number: i64,
    #[diesel(deserialize_as = Word<IssueType>)]
    type_: IssueType,
    status: IssueStatus,
    title: String,
    updated_at: DateTime<Utc>,
    found_in: String,
    source: Uuid,
    text: String,
    rank: f64,
    count: i64,
}

statement! {
    /// Issues by the best of their texts. A key that is asked for stands before everything.
    Search {
        query: String => Text,
        marks: Option<String> => Nullable<Text>,
        key: Option<String> => Nullable<Text>,
        number: Option<i64> => Nullable<BigInt>,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        staff: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
        ranked: i64 => BigInt,
        after_rank: Option<f64> => Nullable<Double>,
        after_id: Option<Uuid> => Nullable<SqlUuid>,
        limit: i64 => BigInt,
    } -> HitSql :
    "with asked as (
         select words, coalesce(words && {marks}::tsquery, words) as marked
         from (select to_tsquery('simple', {query}) as words) _
     ), hits as (
         (select i.id as issue_id, 'key' as found_in, i.id as source, 100::float8 as rank
          from issue i join project p on p.id = i.project_id
          where p.key = {key} and i.number = {number} and i.deleted_at is null
            and (i.project_id = any({all}) or (i.project_id = any({own}) and i.reporter_id = {me})))
         union all
         (select f.issue_id, 'key', f.issue_id, 100::float8
          from former_key f join project p on p.id = f.project_id join issue i on i.id = f.issue_id
          where p.key = {key} and f.number = {number} and i.deleted_at is null
            and (i.project_id = any({all}) or (i.project_id = any({own}) and i.reporter_id = {me})))
         union all
         (select i.id, 'issue', i.id, ts_rank(i.search, asked.words)
          from issue i, asked
          where i.search @@ asked.marked and i.deleted_at is null
            and (i.project_id = any({all}) or (i.project_id = any({own}) and i.reporter_id = {me}))
          limit {ranked})
         union all
         (select c.issue_id, 'comment', c.id, ts_rank(c.search, asked.words)
          from asked, comment c join issue i on i.id = c.issue_id
          where c.search @@ asked.words and c.deleted_at is null and i.deleted_at is null
            and (i.project_id = any({all}) or (i.project_id = any({own}) and i.reporter_id = {me}))
            and (not c.internal or i.project_id = any({staff}))
          limit {ranked})
         union all
         (select a.issue_id, 'attachment', a.id, ts_rank(a.search, asked.words)
          from asked, attachment a join issue i on i.id = a.issue_id
          where a.search @@ asked.words and a.state = 'ready' and i.deleted_at is null
            and (i.project_id = any({all}) or (i.project_id = any({own}) and i.reporter_id = {me}))
            and (not a.internal or i.project_id = any({staff}))
          limit {ranked})
     ), best as (
         select distinct on (issue_id) * from hits order by issue_id, rank desc, source
    ), counted as (
         select best.*, count(*) over () as found from best
     ), page as (
         select * from counted
         where {after_rank}::float8 is null or (rank, issue_id) < ({after_rank}, {after_id})
         order by rank desc, issue_id desc limit {limit}
     )
     select i.id, p.key, i.number, i.type, s.id, s.slug, s.name, s.category, i.title, i.updated_at,
            page.found_in, page.source,
            coalesce(case page.found_in
                when 'comment' then (select c.body from comment c where c.id = page.source)
                when 'attachment' then (select a.file_name from attachment a where a.id = page.source)
                else i.description end, ''),
            page.rank, page.found
     from page join issue i on i.id = page.issue_id
     join project p on p.id = i.project_id join status s on s.id = i.status_id
     order by page.rank desc, page.issue_id desc"
}

/// One page of what was found.
#[derive(Debug)]
pub struct Found {
    /// The issues, the best first.
    pub hits: Vec<SearchHit>,
    /// Where to go on.
    pub next: Option<(f64, Uuid)>,
    /// How many in all.
    pub count: i64,
}

/// Issues in which all the words stand together in one text; each may be the beginning of a word.
///
/// # Errors
/// When the database is away.
pub fn search(
    conn: &mut Conn,
    scope: &Scope,
    text: &str,
    after: Option<(f64, Uuid)>,
    limit: i64,
) -> Result<Found> {
    let words = words_of(text);
    let (key, number) = match text.trim().parse() {
        Ok(IssueRef::Key { project, number }) => (Some(project), Some(number)),
        _ => (None, None),
    };
    let statement = Search {
        query: together(&words),
        marks: marks::of_scope(scope),
        key,
        number,
        all: scope.all.clone(),
        own: scope.own.clone(),
        staff: scope.staff.clone(),
        me: scope.me,
        ranked: RANKED_MAX,
        after_rank: after.map(|a| a.0),
        after_id: after.map(|a| a.1),
        limit: limit + 1,
    };
    let mut rows: Vec<Hit> = statement.load(conn.pg())?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| more).map(|hit| (hit.rank, hit.id));
    let count = rows.first().map_or(0, |hit| hit.count);
    let hits = rows
        .into_iter()
        .map(|hit| SearchHit {
            id: hit.id,
            key: issue_key(&hit.project, hit.number),
            project: hit.project,
            type_: hit.type_,
            status: hit.status.into(),
            title: snippet(&hit.title, &words, usize::MAX),
            found_in: hit.found_in.parse().unwrap_or(FoundIn::Issue),
            source: hit.source,
            snippet: around(&hit.found_in, &hit.text, &words),
            updated_at: hit.updated_at,
        })
        .collect();
    Ok(Found { hits, next, count })
}

/// What stands around the words, without the marks of Markdown; with them where only they were found,
/// as in the target of a link.
fn around(found_in: &str, text: &str, words: &[String]) -> Vec<Segment> {
    let written = || snippet(text, words, SNIPPET_MAX);
    if found_in == FoundIn::Attachment.to_string() {
        return written();
    }
    let found = |pieces: &[Segment]| pieces.iter().any(|piece| piece.hit);
    let read = snippet(&domain::markdown::words(text), words, SNIPPET_MAX);
    if found(&read) {
        return read;
    }
    let written = written();
    if found(&written) { written } else { read }
}

/// Words as a question to the index, each as the beginning of a word. They are letters and digits
/// only, so nothing needs escaping.
fn together(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("'{word}':*")).collect();
    words.join(" & ")
}

statement! {
    /// Issues of a scope in which some of the words stand.
    Alike {
        query: String => Text,
        marks: Option<String> => Nullable<Text>,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
        ranked: i64 => BigInt,
    } -> (SqlUuid, Text, BigInt, Text, StatusSql) :
    "with asked as (
         select words, coalesce(words && {marks}::tsquery, words) as marked
         from (select to_tsquery('simple', {query}) as words) _
     ), candidates as (
         select i.id, ts_rank(i.search, asked.words) as rank from issue i, asked
         where i.search @@ asked.marked and i.deleted_at is null
           and (i.project_id = any({all}) or (i.project_id = any({own}) and i.reporter_id = {me}))
         limit {ranked}
     )
     select i.id, p.key, i.number, i.title, s.id, s.slug, s.name, s.category
     from (select * from candidates order by rank desc limit 100) best
     join issue i on i.id = best.id
     join project p on p.id = i.project_id join status s on s.id = i.status_id"
}

statement! {
    /// The issues of each project of a scope that changed last.
    Recent {
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
        looked_at: i64 => BigInt,
    } -> (SqlUuid, Text, BigInt, Text, StatusSql) :
    "select i.id, p.key, i.number, i.title, s.id, s.slug, s.name, s.category
     from unnest({all} || {own}) as place(id)
     cross join lateral (
         select * from issue i
         where i.project_id = place.id and i.deleted_at is null
           and (place.id = any({all}) or i.reporter_id = {me})
         order by i.updated_at desc, i.id desc limit {looked_at}
     ) i
     join project p on p.id = i.project_id join status s on s.id = i.status_id"
}

type AlikeRow = (Uuid, String, i64, String, IssueStatus);

/// Most issues that are offered as similar.
const SIMILAR_MAX: usize = 5;
/// Most words of a title that are asked for: the longest, which few titles share.
const SIMILAR_WORDS_MAX: usize = 6;
/// Most titles of a project that are compared letter by letter when too few share a word.
pub const COMPARED_MAX: i64 = 2_000;

/// The issues of a scope whose titles resemble that one most, at most five: those that share words with
/// it, and where these are too few, those of the last changed that are written alike.
///
/// # Errors
/// When the database is away.
pub fn similar(conn: &mut Conn, scope: &Scope, title: &str) -> Result<Vec<SimilarIssue>> {
    let asked = asked_for(title);
    let mut alike = Resembling::to(title);
    // Among many issues each word alone finds thousands, of which the best may not be ranked.
    if asked.len() > 2 {
        alike.take(with_words(conn, scope, two_of(&asked))?);
    }
    if alike.are_few() {
        alike.take(with_words(conn, scope, asked.join(" | "))?);
    }
    if alike.are_few() {
        let recent = Recent {
            all: scope.all.clone(),
            own: scope.own.clone(),
            me: scope.me,
            looked_at: COMPARED_MAX,
        };
        alike.take(recent.load(conn.pg())?);
    }
    let mut best = alike.issues;
    best.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(b.id.cmp(&a.id)));
    best.truncate(SIMILAR_MAX);
    Ok(best)
}

/// The words of a title that say most, for the index. The last one may still be typed, so it is the
/// beginning of a word; for the others that would cost ten times as much.
fn asked_for(title: &str) -> Vec<String> {
    let all = words_of(title);
    let last = all.last().cloned();
    let mut words = all;
    words.sort_unstable_by_key(|word| (Reverse(word.chars().count()), word.clone()));
    words.dedup();
    // Short words stand everywhere and say little, unless there is nothing else.
    if words.iter().any(|w| w.chars().count() > 2) {
        words.retain(|w| w.chars().count() > 2);
    }
    words.truncate(SIMILAR_WORDS_MAX);
    words
        .into_iter()
        .map(|word| {
            let open = if last.as_ref() == Some(&word) {
                ":*"
            } else {
                ""
            };
            format!("'{word}'{open}")
        })
        .collect()
}

/// Any two of the words.
fn two_of(words: &[String]) -> String {
    words
        .iter()
        .enumerate()
        .filter_map(|(n, word)| {
            let others = words.get(n + 1..).filter(|others| !others.is_empty())?;
            Some(format!("({word} & ({}))", others.join(" | ")))
        })
        .collect::<Vec<_>>()
        .join(" | ")
}

/// Issues of a scope in which the words stand that a question asks for.
fn with_words(conn: &mut Conn, scope: &Scope, query: String) -> Result<Vec<AlikeRow>> {
    let statement = Alike {
        query,
        marks: marks::of_scope(scope),
        all: scope.all.clone(),
        own: scope.own.clone(),
        me: scope.me,
        ranked: RANKED_MAX,
    };
    Ok(statement.load(conn.pg())?)
}

/// Issues whose titles resemble one, each once.
struct Resembling {
    likeness: Likeness,
    issues: Vec<SimilarIssue>,
}

impl Resembling {
    fn to(title: &str) -> Self {
        Self {
            likeness: Likeness::to(title),
            issues: Vec::new(),
        }
    }

    fn are_few(&self) -> bool {
        self.issues.len() < SIMILAR_MAX
    }

    fn take(&mut self, rows: Vec<AlikeRow>) {
        for (id, project, number, title, status) in rows {
            let similarity = self.likeness.of(&title);
            if similarity < SIMILAR_MIN || self.issues.iter().any(|known| known.id == id) {
                continue;
            }
            self.issues.push(SimilarIssue {
                id,
                key: issue_key(&project, number),
                similarity,
                title,
                status: status.into(),
            });
        }
    }
}
