//! What form of an answer a caller wants: `Accept`, with its weights (RFC 9110, section 12.5.1).

use actix_web::http::header::{self, HeaderMap};

/// How well a form fits: its weight in thousandths, then how closely it was named, then how early.
type Fit = (u16, u8, std::cmp::Reverse<usize>);

/// Weight of a range in thousandths; `None` for what is not one.
fn weight(parameter: &str) -> Option<u16> {
    let (whole, rest) = parameter.split_once('.').unwrap_or((parameter, ""));
    let thousandths = format!("{rest:0<3}");
    match whole {
        "0" if rest.len() <= 3 => thousandths.parse().ok(),
        "1" if rest.len() <= 3 && rest.bytes().all(|b| b == b'0') => Some(1_000),
        _ => None,
    }
}

/// How well a media type fits what was asked for; `None` when nothing there speaks of it.
fn fit(asked: &str, media_type: &str) -> Option<Fit> {
    let kind = media_type.split('/').next().unwrap_or_default();
    let ranges = asked.split(',').enumerate().filter_map(|(place, range)| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let closeness = match name.strip_suffix("/*") {
            Some("*") => 0,
            Some(of) if of == kind => 1,
            None if name == media_type => 2,
            _ => return None,
        };
        let q = parts.find_map(|p| {
            let (name, value) = p.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("q")
                .then(|| weight(value.trim()))
        });
        let weight = match q {
            None => 1_000,
            Some(weight) => weight?,
        };
        Some((closeness, weight, std::cmp::Reverse(place)))
    });
    // The closest range decides, whatever the others weigh.
    let (closeness, weight, place) =
        ranges.max_by_key(|(closeness, _, place)| (*closeness, *place))?;
    Some((weight, closeness, place))
}

/// Whether somebody would rather have a form than JSON. Whoever accepts neither gets JSON.
#[must_use]
pub fn prefers(headers: &HeaderMap, media_type: &str) -> bool {
    let lines = headers.get_all(header::ACCEPT);
    let lines: Vec<&str> = lines.filter_map(|v| v.to_str().ok()).collect();
    let asked = lines.join(",");
    let json = fit(&asked, "application/json").filter(|(weight, ..)| *weight > 0);
    match fit(&asked, media_type).filter(|(weight, ..)| *weight > 0) {
        // A range for everything is no wish for anything but the usual.
        Some((_, 0, _)) => false,
        Some(other) => json.is_none_or(|json| other > json),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn the_heavier_form_wins_then_the_closer_then_the_earlier() {
        for (accept, csv) in [
            ("", false),
            ("*/*", false),
            ("text/csv", true),
            ("TEXT/CSV", true),
            ("text/*", true),
            ("text/csv, */*", true),
            ("*/*, text/csv", true),
            ("text/csv;q=0.5, */*", false),
            ("text/csv;q=0.9, application/json;q=0.1", true),
            ("text/csv;q=0.1, application/json", false),
            ("text/csv;q=0.10, application/json;q=0.099", true),
            (
                "text/csv;header=present;q=0.2, application/json;q=0.3",
                false,
            ),
            ("text/csv, application/json", true),
            ("application/json, text/csv", false),
            ("text/csv;q=0", false),
            ("text/csv;q=0, */*", false),
            ("text/csv;q=0.000, text/*", false),
            ("application/json;q=0, text/csv;q=0.001", true),
            ("text/csv;q=2, application/json;q=0.1", false),
            ("text/csv;q=x", false),
            ("text/html,application/xhtml+xml,*/*;q=0.8", false),
            ("text/csvs", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(prefers(&headers, "text/csv"), csv, "{accept}");
        }
        let mut headers = HeaderMap::new();
        for line in ["application/json;q=0.5", "text/csv"] {
            headers.append(header::ACCEPT, HeaderValue::from_static(line));
        }
        assert!(prefers(&headers, "text/csv"));
    }
}
