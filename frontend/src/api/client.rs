//! The one way to call the server: `send` and `decode`.

use super::error::ApiError;
use domain::page::Page;
use domain::paths::with_query;
use gloo_net::http::{Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    static ON_SIGNED_OUT: RefCell<Option<Rc<dyn Fn()>>> = const { RefCell::new(None) };
}

/// Says what happens when the server no longer knows who we are.
pub fn on_signed_out(act: impl Fn() + 'static) {
    ON_SIGNED_OUT.with(|slot| *slot.borrow_mut() = Some(Rc::new(act)));
}

/// Tells the session that it is over.
pub(super) fn signed_out() {
    let act = ON_SIGNED_OUT.with(|slot| slot.borrow().clone());
    if let Some(act) = act {
        act();
    }
}

/// A value and the `ETag` under which it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Tagged<T> {
    /// What the server answered.
    pub value: T,
    /// For the next `If-Match`.
    pub etag: Option<String>,
}

/// A request that is not sent yet.
pub struct Call {
    method: Method,
    path: String,
    body: Option<String>,
    if_match: Option<String>,
    idempotency_key: Option<String>,
    fails: Option<ApiError>,
}

impl Call {
    fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            body: None,
            if_match: None,
            idempotency_key: None,
            fails: None,
        }
    }

    /// Reads.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// Creates or acts. Carries a key, so that a repetition is not a second one.
    pub fn post(path: impl Into<String>) -> Self {
        let mut call = Self::new(Method::POST, path);
        call.idempotency_key = random_key();
        call
    }

    /// Puts in the place of what is there.
    pub fn put(path: impl Into<String>) -> Self {
        Self::new(Method::PUT, path)
    }

    /// Changes.
    pub fn patch(path: impl Into<String>) -> Self {
        Self::new(Method::PATCH, path)
    }

    /// Removes.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// With this body.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_string(body) {
            Ok(text) => self.body = Some(text),
            Err(error) => self.fails = Some(ApiError::Decode(error.to_string())),
        }
        self
    }

    /// Without a key: a repetition is a new attempt, as with a sign-in.
    #[must_use]
    pub fn unkeyed(mut self) -> Self {
        self.idempotency_key = None;
        self
    }

    /// Only while the thing is still the one that was read.
    #[must_use]
    pub fn if_match(mut self, etag: Option<String>) -> Self {
        self.if_match = etag;
        self
    }

    /// Sends it and reads the answer.
    ///
    /// # Errors
    /// The server's problem, no connection, or an answer that makes no sense.
    pub async fn read<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        self.tagged().await.map(|answer| answer.value)
    }

    /// Sends it and reads the answer with its `ETag`.
    ///
    /// # Errors
    /// As [`Call::read`].
    pub async fn tagged<T: DeserializeOwned>(self) -> Result<Tagged<T>, ApiError> {
        let response = send(self).await?;
        let etag = response.headers().get("etag");
        let value = decode(response).await?;
        Ok(Tagged { value, etag })
    }

    /// Sends it and takes the answer as bytes.
    ///
    /// # Errors
    /// As [`Call::read`].
    pub async fn bytes(self) -> Result<Vec<u8>, ApiError> {
        let response = send(self).await?;
        if response.ok() {
            response.binary().await.map_err(|_| ApiError::Network)
        } else {
            Err(problem(response).await)
        }
    }

    /// Sends it and ignores what a success says.
    ///
    /// # Errors
    /// As [`Call::read`].
    pub async fn done(self) -> Result<(), ApiError> {
        let response = send(self).await?;
        if response.ok() {
            Ok(())
        } else {
            Err(problem(response).await)
        }
    }
}

/// Reads a list to its end.
///
/// # Errors
/// As [`Call::read`].
pub async fn all_pages<T: DeserializeOwned>(path: &str) -> Result<Vec<T>, ApiError> {
    all_pages_where(path, &[]).await
}

/// The same, of what these parameters select.
pub async fn all_pages_where<T: DeserializeOwned>(
    path: &str,
    filter: &[(&str, String)],
) -> Result<Vec<T>, ApiError> {
    let mut items = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        // Short lists come whole and know no `limit`; long ones have a page size of their own.
        let mut query = filter.to_vec();
        query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
        let page: Page<T> = Call::get(with_query(path, &query)).read().await?;
        items.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(items);
        }
    }
}

/// The only place where a request leaves.
async fn send(call: Call) -> Result<Response, ApiError> {
    if let Some(error) = call.fails {
        return Err(error);
    }
    let mut request = RequestBuilder::new(&call.path)
        .method(call.method)
        .header("accept", "application/json, application/problem+json");
    if let Some(etag) = &call.if_match {
        request = request.header("if-match", etag);
    }
    if let Some(key) = &call.idempotency_key {
        request = request.header("idempotency-key", key);
    }
    let request = match call.body {
        Some(body) => request
            .header("content-type", "application/json")
            .body(body),
        None => request.build(),
    };
    let request = request.map_err(|error| ApiError::Decode(error.to_string()))?;
    request.send().await.map_err(|_| ApiError::Network)
}

/// The only place where an answer is understood.
async fn decode<T: DeserializeOwned>(response: Response) -> Result<T, ApiError> {
    if !response.ok() {
        return Err(problem(response).await);
    }
    let text = response.text().await.map_err(|_| ApiError::Network)?;
    serde_json::from_str(&text).map_err(|error| ApiError::Decode(error.to_string()))
}

async fn problem(response: Response) -> ApiError {
    let status = response.status();
    let text = response.text().await.unwrap_or_default();
    understand_problem(status, &text)
}

/// Reads a refusal, and ends the session when it says so.
pub(super) fn understand_problem(status: u16, text: &str) -> ApiError {
    let error = ApiError::from_answer(status, text);
    if error.ends_session() {
        signed_out();
    }
    error
}

/// 128 random bits in hexadecimal; none where the browser has no source of randomness.
fn random_key() -> Option<String> {
    let crypto = js_sys::Reflect::get(&js_sys::global(), &"crypto".into()).ok()?;
    let fill = js_sys::Reflect::get(&crypto, &"getRandomValues".into()).ok()?;
    let fill: js_sys::Function = wasm_bindgen::JsCast::dyn_into(fill).ok()?;
    let bytes = js_sys::Uint8Array::new_with_length(16);
    fill.call1(&crypto, &bytes).ok()?;
    Some(
        bytes
            .to_vec()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    )
}
