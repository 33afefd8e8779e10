//! Query parameters, and the question that they make.

use super::body::malformed;
use crate::app::{App, Error};
use crate::auth::cursor::Cursors;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::filter::{self, Expr};
use domain::list::TEXT_MAX;
use domain::page::{LIMIT_DEFAULT, LIMIT_MAX};
use domain::problem::{Code, FieldError, Problem};
use domain::text;
use futures_util::future::{Ready, ready};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::str::FromStr;
use std::sync::Arc;

/// Parameters that say how much of an answer is wanted, not of what.
const OF_THE_PAGE: &[&str] = &["cursor", "limit"];

/// What is asked: an address with its filters. A cursor belongs to the one whose page ended with it.
#[derive(Debug, Clone)]
pub struct Question {
    keys: Arc<Cursors>,
    text: String,
}

impl Question {
    fn of(keys: Arc<Cursors>, path: &str, pairs: &[(String, String)]) -> Self {
        let mut filters: Vec<&(String, String)> = pairs
            .iter()
            .filter(|(name, _)| !OF_THE_PAGE.contains(&name.as_str()))
            .collect();
        filters.sort();
        let mut text = path.to_string();
        for (name, value) in filters {
            text.push_str(&format!("&{}:{name}={}:{value}", name.len(), value.len()));
        }
        Self { keys, text }
    }

    /// A position as an opaque word, for the next page of the same question.
    #[must_use]
    pub fn seal<T: Serialize>(&self, position: &T) -> String {
        let position = serde_json::to_vec(position).unwrap_or_default();
        self.keys.seal(&self.text, &position)
    }
}

/// Which page of a list that is small enough to be read whole.
#[derive(Debug)]
pub struct Paging {
    /// Entries of a page.
    pub limit: u32,
    /// Key of the entry that the page before ended with.
    pub after: Option<String>,
    /// For the next page.
    pub question: Question,
}

/// Query parameters, taken out one by one; what is left at the end is a mistake.
#[derive(Debug)]
pub struct Params {
    rest: Vec<(String, String)>,
    taken: Vec<String>,
    question: Question,
}

/// The names and values of a query, decoded.
///
/// # Errors
/// 400 for what is no query.
pub fn pairs(query: &str) -> Result<Vec<(String, String)>, Error> {
    web::Query::<Vec<(String, String)>>::from_query(query)
        .map(web::Query::into_inner)
        .map_err(|e| malformed(format!("The query could not be read: {e}.")))
}

impl FromRequest for Params {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(app) = req.app_data::<web::Data<App>>() else {
            return ready(Err(Error::internal("no server around a request")));
        };
        let read = pairs(req.query_string()).map(|rest| Self {
            question: Question::of(app.cursors.clone(), req.path(), &rest),
            taken: Vec::new(),
            rest,
        });
        ready(read)
    }
}

impl Params {
    /// Takes a parameter out, as text.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let at = self.rest.iter().position(|(n, _)| n == name)?;
        let (name, value) = self.rest.remove(at);
        self.taken.push(name);
        Some(value)
    }

    /// Takes a parameter out that names something or is looked for: what cannot be there is refused,
    /// lest the answer is of everything.
    ///
    /// # Errors
    /// 422 naming the parameter, for NUL and for more than 1000 bytes.
    pub fn word(&mut self, name: &str) -> Result<Option<String>, Error> {
        match self.text(name) {
            Some(text) if text.contains('\0') || text.len() > TEXT_MAX => {
                let detail = format!("At most {TEXT_MAX} bytes, without NUL.");
                Err(FieldError::query(name, "invalid", detail).into())
            }
            text => Ok(text),
        }
    }

    /// Takes a parameter out and reads it.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub fn read<T: FromStr>(&mut self, name: &str, expected: &str) -> Result<Option<T>, Error> {
        self.text(name)
            .map(|text| {
                text.parse().map_err(|_| {
                    FieldError::query(name, "invalid", format!("Expected {expected}.")).into()
                })
            })
            .transpose()
    }

    /// Takes `limit` out.
    ///
    /// # Errors
    /// 422 unless it is from 1 to 100.
    pub fn limit(&mut self) -> Result<u32, Error> {
        let limit: u32 = self
            .read("limit", "a number from 1 to 100")?
            .unwrap_or(LIMIT_DEFAULT);
        if (1..=LIMIT_MAX).contains(&limit) {
            Ok(limit)
        } else {
            Err(FieldError::query("limit", "range", "From 1 to 100.").into())
        }
    }

    /// Takes an instant out.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub fn instant(&mut self, name: &str) -> Result<Option<DateTime<Utc>>, Error> {
        let wrong = |_| {
            let expected = "Expected an instant such as 2026-01-31T12:00:00Z.";
            Error::from(FieldError::query(name, "invalid", expected))
        };
        let at = self
            .text(name)
            .map(|text| {
                DateTime::parse_from_rfc3339(&text)
                    .map(|at| at.to_utc())
                    .map_err(wrong)
            })
            .transpose()?;
        match at {
            Some(at) if !text::YEARS.contains(&at.year()) => Err(out_of_calendar(name)),
            at => Ok(at),
        }
    }

    /// Takes a day out.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub fn day(&mut self, name: &str) -> Result<Option<NaiveDate>, Error> {
        let day: Option<NaiveDate> = self.read(name, "a day such as 2026-01-31")?;
        match day {
            Some(day) if !text::YEARS.contains(&day.year()) => Err(out_of_calendar(name)),
            day => Ok(day),
        }
    }

    /// Takes an end of a stretch of time out: an instant, or a day (UTC), which begins then or, as
    /// the last, ends with it.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub fn bound(&mut self, name: &str, last: bool) -> Result<Option<DateTime<Utc>>, Error> {
        let day = self
            .rest
            .iter()
            .find(|(n, _)| n == name)
            .and_then(|(_, text)| text.parse::<NaiveDate>().ok())
            .filter(|day| text::YEARS.contains(&day.year()));
        let Some(day) = day else {
            return self.instant(name);
        };
        let _ = self.text(name);
        let begin = day.and_time(NaiveTime::MIN).and_utc();
        let whole = TimeDelta::days(1) - TimeDelta::microseconds(1);
        Ok(Some(if last { begin + whole } else { begin }))
    }

    /// Takes `cursor` out: a position that a page of this very question ended with.
    ///
    /// # Errors
    /// 422 for one of another question, or of nobody.
    pub fn cursor<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        let Some(text) = self.text("cursor").filter(|c| !c.is_empty()) else {
            return Ok(None);
        };
        let opened = self.question.keys.open(&self.question.text, &text);
        let position = opened.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        position.map(Some).ok_or_else(wrong_cursor)
    }

    /// What is asked, for sealing the position that the page ends with.
    #[must_use]
    pub fn question(&self) -> Question {
        self.question.clone()
    }

    /// Takes `limit` and `cursor` out and ends the reading: for lists that take nothing else.
    ///
    /// # Errors
    /// 400 or 422.
    pub fn paging(&mut self) -> Result<Paging, Error> {
        let paging = Paging {
            limit: self.limit()?,
            after: self.cursor()?,
            question: self.question(),
        };
        self.end()?;
        Ok(paging)
    }

    /// Takes `q` out: a condition of the filter language, whose order does not count here.
    ///
    /// # Errors
    /// 400 with the place of a mistake.
    pub fn filter(&mut self) -> Result<Option<Expr>, Error> {
        let text = self.text("q").unwrap_or_default();
        match filter::parse(&text) {
            Ok(query) => Ok(query.expr),
            Err(mistake) => Err(mistake.at("?q").into()),
        }
    }

    /// The parameters that are left.
    #[must_use]
    pub fn rest(&self) -> Vec<(&str, &str)> {
        self.rest
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 naming a parameter that this address does not know.
    pub fn end(&self) -> Result<(), Error> {
        self.unknown(&self.rest())
    }

    /// 400 when something of the query was not understood.
    ///
    /// # Errors
    /// Naming the first parameter that is left: it is unknown here, or given twice.
    pub fn unknown(&self, rest: &[(&str, &str)]) -> Result<(), Error> {
        match rest.first() {
            Some((name, _)) if self.taken.iter().any(|taken| taken == name) => Err(mistaken(
                name,
                "duplicate_parameter",
                "This parameter is given twice.",
            )),
            Some((name, _)) => Err(unknown_parameter(name)),
            None => Ok(()),
        }
    }
}

fn out_of_calendar(name: &str) -> Error {
    FieldError::query(name, "range", "From the year 1900 to 2999.").into()
}

fn mistaken(name: &str, code: &str, detail: &str) -> Error {
    let mut problem = Problem::new(Code::MalformedRequest).detail(format!("{name}: {detail}"));
    problem.errors = vec![FieldError::query(name, code, detail)];
    problem.into()
}

/// 400 for a parameter that an address does not know.
#[must_use]
pub fn unknown_parameter(name: &str) -> Error {
    mistaken(
        name,
        "unknown_parameter",
        "There is no such query parameter here.",
    )
}

/// 422 for a cursor of another list.
#[must_use]
pub fn wrong_cursor() -> Error {
    let detail = "This cursor does not belong to this list, or not with these filters.";
    FieldError::query("cursor", "invalid", detail).into()
}
