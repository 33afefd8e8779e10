//! Bodies that stop coming: a request whose body sends nothing for too long is ended, so that nobody
//! holds up a connection, a file and a row by saying nothing.

use crate::app::{App, Error};
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};
use bytes::Bytes;
use domain::problem::{Code, Problem};
use futures_util::Stream;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// What became of a body that did not come whole: 408 when it stopped coming, else 400.
#[must_use]
pub fn broke_off(error: &PayloadError) -> Error {
    let problem = match error {
        PayloadError::Io(cause) if cause.kind() == io::ErrorKind::TimedOut => {
            Problem::new(Code::RequestTimeout).detail("The body stopped coming.")
        }
        other => {
            let detail = format!("The body broke off: {other}.");
            Problem::new(Code::MalformedRequest).detail(detail)
        }
    };
    problem.into()
}

/// A body that fails when nothing of it came for some time.
struct Patient {
    body: Payload,
    time: Duration,
    /// Set while something is waited for.
    until: Option<Pin<Box<Sleep>>>,
}

impl Stream for Patient {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(chunk) = Pin::new(&mut self.body).poll_next(cx) {
            self.until = None;
            return Poll::Ready(chunk);
        }
        let time = self.time;
        let until = self
            .until
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + time)));
        if until.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        let cause = io::Error::from(io::ErrorKind::TimedOut);
        Poll::Ready(Some(Err(PayloadError::Io(cause))))
    }
}

/// The middleware: bodies are waited for as long as the configuration says.
///
/// # Errors
/// None of its own.
pub async fn around(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if !req.method().is_safe()
        && let Some(app) = req.app_data::<web::Data<App>>()
    {
        let time = app.config.body_timeout;
        let body = req.take_payload();
        let patient = Patient {
            body,
            time,
            until: None,
        };
        req.set_payload(Payload::Stream {
            payload: Box::pin(patient),
        });
    }
    next.call(req).await
}
