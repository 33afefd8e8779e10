//! The audit page's filter as it stands in the address bar, and an entry as a sentence.

use chrono::{Days, NaiveDate, NaiveTime};
use domain::audit::{AuditEntry, AuditFilter, AuditKind};
use serde_json::Value;

/// Entries at once.
pub const SIZE: u32 = 50;

/// Everything that decides which entries are shown. Days are those of UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Of that kind only.
    pub kind: Option<AuditKind>,
    /// User name of who did it.
    pub actor: String,
    /// User name of whom it concerns.
    pub target: String,
    /// Key of the project.
    pub project: String,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// The cursors of the pages passed; the last one begins the page shown.
    pub cursors: Vec<String>,
}

impl AuditQuery {
    /// Reads one query parameter after the other. What is not understood is left out.
    #[must_use]
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| get(name).unwrap_or_default().trim().to_owned();
        let day = |name| get(name).and_then(|day| day.parse().ok());
        let after = get("after").filter(|after| !after.is_empty());
        Self {
            kind: get("kind").and_then(|slug| AuditKind::from_slug(&slug)),
            actor: text("actor"),
            target: text("target"),
            project: text("project"),
            from: day("from"),
            to: day("to"),
            cursors: after
                .map(|after| after.split('~').map(ToOwned::to_owned).collect())
                .unwrap_or_default(),
        }
    }

    /// The same as query parameters.
    #[must_use]
    pub fn write(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.kind.map(|kind| ("kind", kind.slug().to_owned())));
        let texts = [
            ("actor", &self.actor),
            ("target", &self.target),
            ("project", &self.project),
        ];
        let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
        pairs.extend(texts.map(|(name, text)| (name, text.clone())));
        for (name, day) in [("from", self.from), ("to", self.to)] {
            pairs.extend(day.map(|day| (name, day.to_string())));
        }
        if !self.cursors.is_empty() {
            pairs.push(("after", self.cursors.join("~")));
        }
        pairs
    }

    /// The same from its first page: another filter makes cursors meaningless.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut to = self.clone();
        to.cursors.clear();
        change(&mut to);
        to
    }

    /// Whether anything is filtered.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        self.with(|_| {}) != Self::default()
    }

    /// As the server is asked.
    #[must_use]
    pub fn filter(&self) -> AuditFilter {
        let start = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        AuditFilter {
            kinds: self.kind.into_iter().collect(),
            actor: some(&self.actor),
            target: some(&self.target),
            project: some(&self.project),
            from: self.from.map(start),
            // The last day belongs to it as a whole.
            to: self
                .to
                .and_then(|day| day.checked_add_days(Days::new(1)))
                .map(start),
        }
    }
}

/// Who did it, in words.
#[must_use]
pub fn who(entry: &AuditEntry) -> String {
    match (&entry.actor, entry.ip.is_empty()) {
        (Some(actor), _) => actor.display_name.clone(),
        (None, true) => "The system".into(),
        (None, false) => "Somebody".into(),
    }
}

/// The particulars, each with its name: "role", "reporter → developer".
#[must_use]
pub fn particulars(detail: &Value) -> Vec<(String, String)> {
    let Value::Object(fields) = detail else {
        return Vec::new();
    };
    let plain = |value: &Value| match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    // `{"old": …, "new": …}` is one change; elsewhere each field may be one.
    let change = |fields: &serde_json::Map<String, Value>| {
        let (old, new) = (fields.get("old")?, fields.get("new")?);
        Some(format!("{} → {}", plain(old), plain(new)))
    };
    if let Some(change) = change(fields).filter(|_| fields.len() == 2) {
        return vec![("changed".into(), change)];
    }
    fields
        .iter()
        .map(|(name, value)| {
            let text = value
                .as_object()
                .and_then(change)
                .unwrap_or_else(|| plain(value));
            (name.replace('_', " "), text)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_address_bar_keeps_the_filter() {
        let query = AuditQuery {
            kind: Some(AuditKind::AccountRoleChanged),
            actor: "admin".into(),
            to: NaiveDate::from_ymd_opt(2026, 1, 31),
            cursors: vec!["a".into(), "b".into()],
            ..AuditQuery::default()
        };
        let pairs = query.write();
        let get = |name: &str| {
            pairs
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| v.clone())
        };
        assert_eq!(AuditQuery::read(get), query);
        assert!(query.is_filtered() && !AuditQuery::default().is_filtered());
        let filter = query.filter();
        assert_eq!(filter.to.unwrap().to_rfc3339(), "2026-02-01T00:00:00+00:00");
        assert!(query.with(|q| q.actor.clear()).cursors.is_empty());
    }

    #[test]
    fn particulars_read_as_changes() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            particulars(&json!({"old": "viewer", "new": "lead"})),
            [pair("changed", "viewer → lead")]
        );
        assert_eq!(
            particulars(&json!({"landing": {"old": "issues", "new": "board"}, "rows": 3})),
            [pair("landing", "issues → board"), pair("rows", "3")]
        );
        assert!(particulars(&json!({})).is_empty());
    }
}
