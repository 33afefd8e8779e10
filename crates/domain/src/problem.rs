//! Everything that can go wrong, as one table, in the form of RFC 9457 (problem details).

use serde::{Deserialize, Serialize};

/// What went wrong with one field of the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// Stable word for programs: `required`, `too_long`, `unknown_value`, …
    pub code: String,
    /// A sentence for people.
    pub detail: String,
    /// In a text of the filter language: the character, from 0, where the mistake begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// How many characters are wrong; 0 when something is missing there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// What may have been meant, to put in their place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub suggestion: Option<Box<str>>,
}

impl FieldError {
    /// An error at that pointer, in the form that all others have.
    #[must_use]
    pub fn new(pointer: String, code: &str, detail: impl Into<String>) -> Self {
        Self {
            pointer,
            code: code.into(),
            detail: detail.into(),
            position: None,
            length: None,
            suggestion: None,
        }
    }

    /// An error at a top-level field of the body.
    #[must_use]
    pub fn at(field: &str, code: &str, detail: impl Into<String>) -> Self {
        Self::new(format!("/{field}"), code, detail)
    }

    /// An error in a query parameter.
    #[must_use]
    pub fn query(name: &str, code: &str, detail: impl Into<String>) -> Self {
        Self::new(format!("?{name}"), code, detail)
    }
}

macro_rules! problems {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $code:literal, $status:literal, $title:literal, $advice:literal; )+) => {
        /// The catalogue: each kind of problem has one code, one HTTP status, one title, and a page at
        /// `/problems/<code>` that explains it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $( $(#[doc = $doc])+ $variant, )+ }

        impl Code {
            /// The whole catalogue.
            pub const ALL: &'static [Code] = &[ $( Code::$variant, )+ ];
            /// Stable word for programs; also the end of the problem's `type`.
            #[must_use]
            pub const fn slug(self) -> &'static str { match self { $( Code::$variant => $code, )+ } }
            /// HTTP status code.
            #[must_use]
            pub const fn status(self) -> u16 { match self { $( Code::$variant => $status, )+ } }
            /// The same short sentence for every occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str { match self { $( Code::$variant => $title, )+ } }
            /// When it happens, in a sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str { match self { $( Code::$variant => concat!($($doc),+), )+ } }
            /// What to do about it; words of the wire stand between backticks.
            #[must_use]
            pub const fn advice(self) -> &'static str { match self { $( Code::$variant => $advice, )+ } }
        }
    };
}

problems! {
    /// The body or the query could not be read at all.
    MalformedRequest = "malformed-request", 400, "The request could not be read",
        "Look at `detail`: it says what could not be read, and where. JSON is UTF-8, and bodies are objects.";
    /// The key that an issue had before it moved; `Location` has the same address with the new one.
    Moved = "moved", 308, "The issue has another key now",
        "Ask again at the address in `Location`, and keep the new key.";
    /// No session, or one that no longer holds.
    NotAuthenticated = "not-authenticated", 401, "Sign in first",
        "Sign in, or send a token as `Authorization: Bearer …`. Sessions end after 30 days without use, and when the password changes.";
    /// A bearer token that is not ours, has expired, or was revoked.
    InvalidToken = "invalid-token", 401, "This token does not hold",
        "Get another token: under Settings, Tokens, or from `POST /api/v1/auth/token`.";
    /// Sign-in with a wrong name or password.
    WrongCredentials = "wrong-credentials", 401, "The name or the password is wrong",
        "Look at both again. An admin can set another password. After five tries each further one must wait.";
    /// Signed in, but without the right.
    Forbidden = "forbidden", 403, "You may not do this",
        "`denied` names the right that is missing and the smallest role that has it. Ask a lead of the project or an admin for that role.";
    /// The token lacks a scope, or no token may do this.
    TokenNotEnough = "token-not-enough", 403, "This token may not do this",
        "Make a token with the scope that is missing. What no token may do at all takes a session.";
    /// An unsafe request that a foreign site may have caused.
    ForeignOrigin = "foreign-origin", 403, "This request did not come from our own pages",
        "Open the page itself instead of a link that sends something. Programs send a token and no cookie. Behind a proxy, `IIT_PUBLIC_URL` must be the address that people type.";
    /// The password was right; an admin has yet to let the account in.
    AwaitsAdmin = "awaits-admin", 403, "Your account waits for an admin to let you in",
        "Ask an admin of this instance. Nothing else is needed from you.";
    /// New accounts are not taken this way, or not with that address.
    RegistrationClosed = "registration-closed", 403, "New accounts are not open to everybody here",
        "Ask an admin for an account, or register with an address that this instance admits.";
    /// Absent, or not visible to the caller; the two cannot be told apart.
    NotFound = "not-found", 404, "There is no such thing here",
        "Look at the address. If it is right, you may not be a member of the project that it belongs to: then this is all that anybody learns of it.";
    /// The path exists, the method does not.
    MethodNotAllowed = "method-not-allowed", 405, "This address does not take that method",
        "`Allow` names the methods that this address takes. The API's document has them all.";
    /// A unique name is in use.
    AlreadyExists = "already-exists", 409, "That name is taken",
        "Choose another name; `errors` says which field it is.";
    /// The workflow has no such step.
    TransitionNotAllowed = "transition-not-allowed", 409, "The issue cannot move there",
        "`allowed` has the statuses to which the issue can go from here.";
    /// The thing is in a state that does not take this change.
    Conflict = "conflict", 409, "That does not fit the present state",
        "`detail` says what stands against it, such as an archived project. Read the thing again, and change that first.";
    /// The last admin or the last lead would be lost.
    LastOne = "last-one", 409, "Somebody has to stay in charge",
        "Make somebody else lead or admin first.";
    /// `If-Match` names an older version.
    EditConflict = "edit-conflict", 412, "Somebody changed this meanwhile",
        "Read it again, look at what the other changed, and send your change with the tag that came with that.";
    /// The body stopped coming.
    RequestTimeout = "request-timeout", 408, "The request took too long to arrive",
        "Send it again, over a better line or in smaller parts.";
    /// Body or file over the limit.
    TooLarge = "too-large", 413, "That is too large",
        "`detail` has the limit. Split it, or ask whoever runs this instance to raise it.";
    /// A body in a form this address does not read.
    UnsupportedMediaType = "unsupported-media-type", 415, "This address reads another content type",
        "Send the content type that the API's document names for this address, without `Content-Encoding`.";
    /// `Range` asks for what is behind the end.
    RangeNotSatisfiable = "range-not-satisfiable", 416, "The file has no such part",
        "`Content-Range` has the length of the file. Ask for a part before its end, or for all of it.";
    /// The body could be read, but fields are wrong.
    InvalidInput = "invalid-input", 422, "Some fields need attention",
        "`errors` has one entry for each field that is wrong: `pointer` says where, `detail` what is expected.";
    /// An idempotency key was used before with another request.
    IdempotencyMismatch = "idempotency-mismatch", 422, "This idempotency key belongs to another request",
        "Use a new key for each thing that you want done, and the same only to ask for the same once more.";
    /// Over the limit for this address or account.
    TooManyRequests = "too-many-requests", 429, "Slow down",
        "Wait as many seconds as `Retry-After` says. Ask for larger pages instead of many, or listen to the live stream.";
    /// More than an account may upload a day.
    UploadQuota = "upload-quota", 429, "That is more than you may upload in a day",
        "Wait as many seconds as `Retry-After` says.";
    /// Address and headers of a request are longer together than this server reads.
    HeadTooLarge = "head-too-large", 431, "The head of the request is too long",
        "Send fewer or shorter headers. A browser with very many cookies of this host may have to forget them.";
    /// Our fault.
    Internal = "internal", 500, "Something broke on our side",
        "Try again. If it stays, tell whoever runs this instance the `request_id`: the log has the cause under it.";
    /// Busy, starting, stopping, or the database is away.
    Unavailable = "unavailable", 503, "Try again shortly",
        "Try again after as many seconds as `Retry-After` says. A request with an idempotency key is done once, however often it is sent.";
    /// No room for the file.
    NoStorage = "no-storage", 507, "There is no room for that file",
        "Tell whoever runs this instance: its disk is full. Nothing was stored.";
}

impl Code {
    /// The code with that slug.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.slug() == slug)
    }
}

/// A problem as it travels, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `/problems/<code>`.
    #[serde(rename = "type")]
    pub type_: String,
    /// Short sentence, the same for every occurrence of this code.
    pub title: String,
    /// HTTP status code.
    pub status: u16,
    /// What happened this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Stable word for programs.
    pub code: String,
    /// The id under which the server's log knows this request.
    #[serde(default)]
    pub request_id: String,
    /// One entry for each field that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// 403: the right that is missing, and the smallest role that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// 429: seconds until it may be tried again, where that is known (also `Retry-After`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// 409 `transition-not-allowed`: the statuses that can be reached from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// 412: the thing as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    pub current: Option<serde_json::Value>,
    /// 412: the fields that changed since the version that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Vec<String>>,
}

/// The right that a refused caller lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Missing {
    /// The action as the policy table names it.
    pub action: String,
    /// The smallest role that may do it.
    pub role: String,
    /// Who can grant that role.
    pub granted_by: String,
}

impl Problem {
    /// A problem of that kind, without particulars.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            type_: format!("/problems/{}", code.slug()),
            title: code.title().into(),
            status: code.status(),
            detail: None,
            code: code.slug().into(),
            request_id: String::new(),
            errors: Vec::new(),
            missing: None,
            retry_after: None,
            allowed: None,
            current: None,
            changed: None,
        }
    }

    /// Adds the sentence about this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Whether this is a problem of that kind.
    #[must_use]
    pub fn is(&self, code: Code) -> bool {
        self.code == code.slug()
    }

    /// Field errors as one problem. A filter in the address that cannot be read makes it a request
    /// that cannot be read.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let unreadable = errors
            .iter()
            .any(|e| e.position.is_some() && e.pointer == "?q");
        let mut problem = Self::new(if unreadable {
            Code::MalformedRequest
        } else {
            Code::InvalidInput
        });
        problem.detail = errors.first().map(|e| e.detail.clone());
        problem.errors = errors;
        problem
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.detail.as_deref().unwrap_or(&self.title))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_found_by_their_slug() {
        for code in Code::ALL {
            assert_eq!(Code::from_slug(code.slug()), Some(*code));
        }
    }
}
