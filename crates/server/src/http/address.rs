//! One spelling for each address.
//!
//! The router decodes percent-encodings before it looks for a route, proxies and browsers fold dot
//! segments, and whoever decides by the text of a path (limits, origin, figures) would decide for
//! another resource than the one that answers. So a path that is not in the form of RFC 3986,
//! section 6.2.2, is refused before anything is decided by it.

/// Why a path is not in canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Improper {
    /// Does not begin with a slash.
    Relative,
    /// `//`.
    EmptySegment,
    /// `.` or `..`.
    DotSegment,
    /// A character that must be encoded.
    Character,
    /// `%` without two hexadecimal digits, or bytes that are no UTF-8 (overlong forms too).
    Encoding,
    /// An encoded letter, digit, `-`, `.`, `_` or `~`, which must stand as itself.
    Encoded,
    /// An encoded control character.
    Control,
}

impl Improper {
    /// A sentence for whoever sent it.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Relative => "The path must begin with a slash.",
            Self::EmptySegment => "The path has an empty segment (//).",
            Self::DotSegment => "The path has a dot segment (. or ..).",
            Self::Character => "The path has a character that must be percent-encoded.",
            Self::Encoding => "The path has a percent-encoding that is not UTF-8.",
            Self::Encoded => "The path encodes a character that must stand as itself.",
            Self::Control => "The path has a control character.",
        }
    }
}

/// `unreserved` of RFC 3986, section 2.3.
fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// `pchar` of RFC 3986, section 3.3, but for percent-encodings.
fn plain(byte: u8) -> bool {
    unreserved(byte) || b"!$&'()*+,;=:@".contains(&byte)
}

fn hex(digit: Option<&u8>) -> Option<u8> {
    let value = char::from(*digit?).to_digit(16)?;
    u8::try_from(value).ok()
}

/// Checks that a path has its one canonical spelling. A slash at the end is not another spelling
/// but another resource, which most often does not exist.
///
/// # Errors
/// The first thing that is wrong.
pub fn canonical(path: &str) -> Result<(), Improper> {
    let Some(rest) = path.strip_prefix('/') else {
        return Err(Improper::Relative);
    };
    let last = rest.split('/').count();
    for (i, segment) in rest.split('/').enumerate() {
        match segment {
            "" if i + 1 < last => return Err(Improper::EmptySegment),
            "." | ".." => return Err(Improper::DotSegment),
            _ => characters(segment)?,
        }
    }
    Ok(())
}

fn characters(segment: &str) -> Result<(), Improper> {
    let mut decoded = Vec::with_capacity(segment.len());
    let mut bytes = segment.as_bytes().iter();
    while let Some(&byte) = bytes.next() {
        if byte == b'%' {
            let (Some(high), Some(low)) = (hex(bytes.next()), hex(bytes.next())) else {
                return Err(Improper::Encoding);
            };
            let byte = high << 4 | low;
            if unreserved(byte) {
                return Err(Improper::Encoded);
            }
            if byte.is_ascii_control() {
                return Err(Improper::Control);
            }
            decoded.push(byte);
        } else if plain(byte) {
            decoded.push(byte);
        } else {
            return Err(Improper::Character);
        }
    }
    match std::str::from_utf8(&decoded) {
        Ok(_) => Ok(()),
        Err(_) => Err(Improper::Encoding),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_addresses_are_canonical() {
        for path in [
            "/",
            "/api/docs/",
            "/api/v1/me",
            "/api/v1/issues/APP-12/labels/ui%2Fux",
            "/api/v1/issues/APP-12/labels/needs%20design",
            "/api/v1/issues/APP-12/labels/%C3%84ndern",
            "/api/v1/issues/APP-12/labels/%c3%a4ndern%25",
            "/api/v1/projects/APP/labels/a:b@c,(d)",
        ] {
            assert_eq!(canonical(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for (path, why) in [
            ("", Improper::Relative),
            ("*", Improper::Relative),
            ("api/v1/me", Improper::Relative),
            ("//api/v1/me", Improper::EmptySegment),
            ("/api//v1/me", Improper::EmptySegment),
            ("/api/v1/me//", Improper::EmptySegment),
            ("/api/./v1/me", Improper::DotSegment),
            ("/api/v1/x/../me", Improper::DotSegment),
            ("/api/v1/%2e%2e/me", Improper::Encoded),
            ("/api/v1/.%2e/me", Improper::Encoded),
            ("/%61pi/v1/me", Improper::Encoded),
            ("/api/v1/auth/%6Cogin", Improper::Encoded),
            ("/api/v1/me%", Improper::Encoding),
            ("/api/v1/me%4", Improper::Encoding),
            ("/api/v1/me%zz", Improper::Encoding),
            // Overlong forms of `a` and `/`, half of a letter, a surrogate.
            ("/%c1%a1pi/v1/me", Improper::Encoding),
            ("/api%c0%afv1/me", Improper::Encoding),
            ("/api/v1/%c3", Improper::Encoding),
            ("/api/v1/%ed%a0%80", Improper::Encoding),
            ("/api/v1/me%00", Improper::Control),
            ("/api/v1/me%0d%0aX:y", Improper::Control),
            ("/api/v1/me%7f", Improper::Control),
            ("/api\\v1\\me", Improper::Character),
            ("/api/v1/mé", Improper::Character),
            ("/api/v1/\"me\"", Improper::Character),
        ] {
            assert_eq!(canonical(path), Err(why), "{path}");
        }
    }
}
