//! Files of an issue.

use super::ApiError;
use super::client::{Call, all_pages, understand_problem};
use domain::attachment::Attachment;
use domain::page::Page;
use domain::paths::api;
use js_sys::Promise;
use std::future::Future;
use uuid::Uuid;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FormData, ProgressEvent, XmlHttpRequest};

/// `GET /issues/{issue}/attachments`, all of them.
pub async fn list(issue: &str) -> Result<Vec<Attachment>, ApiError> {
    all_pages(&api::of_issue(issue, "attachments")).await
}

/// `DELETE /attachments/{id}`
pub async fn delete(id: Uuid) -> Result<(), ApiError> {
    Call::delete(api::attachment(&id.to_string())).done().await
}

/// Where the bytes are.
#[must_use]
pub fn href(id: Uuid) -> String {
    api::attachment(&id.to_string())
}

/// `GET /attachments/{id}`
pub async fn bytes(id: Uuid) -> Result<Vec<u8>, ApiError> {
    Call::get(href(id)).bytes().await
}

/// Bytes as a file of that name; nothing where the browser makes none.
#[must_use]
pub fn file_of(name: &str, bytes: &[u8]) -> Option<File> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    File::new_with_u8_array_sequence(&parts, name).ok()
}

/// `POST` of a form to an address that takes files, the one call that `fetch` cannot make: it tells how far
/// it is. Abort the request to cancel it.
///
/// # Errors
/// When the browser refuses to prepare the request.
pub fn upload<P: Fn(f64) + 'static>(
    address: &str,
    file: &File,
    progress: P,
) -> Result<
    (
        XmlHttpRequest,
        impl Future<Output = Result<Vec<Attachment>, ApiError>> + use<P>,
    ),
    ApiError,
> {
    let request = prepare(address).map_err(|_| ApiError::Network)?;
    let form = FormData::new().map_err(|_| ApiError::Network)?;
    form.append_with_blob_and_filename("file", file, &file.name())
        .map_err(|_| ApiError::Network)?;
    let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            progress(event.loaded() / event.total());
        }
    });
    if let Ok(sending) = request.upload() {
        sending.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    }
    let waiting = request.clone();
    let ended = Promise::new(&mut |resolve, _| waiting.set_onloadend(Some(&resolve)));
    request
        .send_with_opt_form_data(Some(&form))
        .map_err(|_| ApiError::Network)?;
    let answer = request.clone();
    let future = async move {
        let _ = JsFuture::from(ended).await;
        drop(on_progress);
        let status = answer.status().unwrap_or(0);
        let text = answer.response_text().ok().flatten().unwrap_or_default();
        if (200..300).contains(&status) {
            let page: Result<Page<Attachment>, _> = serde_json::from_str(&text);
            return page
                .map(|page| page.items)
                .map_err(|error| ApiError::Decode(error.to_string()));
        }
        Err(understand_problem(status, &text))
    };
    Ok((request, future))
}

fn prepare(address: &str) -> Result<XmlHttpRequest, JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open_with_async("POST", address, true)?;
    request.set_request_header("accept", "application/json, application/problem+json")?;
    Ok(request)
}
