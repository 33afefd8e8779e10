//! The least that actix-web can do for a request of ours: check its token and answer bytes that are
//! ready. `cargo xtask bench` measures what a request costs without the product.
//!
//! `bare <port> <file>…` answers `/0` with the first file, `/1` with the second, and so on;
//! `IIT_SECRET_KEY` verifies tokens as it does in the server.

use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::Context;
use server::auth::jwt::Keys;
use server::config::Secret;

struct Shared {
    keys: Keys,
    bodies: Vec<web::Bytes>,
}

async fn answer(
    shared: web::Data<Shared>,
    req: HttpRequest,
    which: web::Path<usize>,
    _body: web::Bytes,
) -> HttpResponse {
    let token = req
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if token.and_then(|token| shared.keys.verify(token)).is_none() {
        return HttpResponse::Unauthorized().finish();
    }
    match shared.bodies.get(which.into_inner()) {
        Some(bytes) => HttpResponse::Ok()
            .content_type("application/json")
            .body(bytes.clone()),
        None => HttpResponse::NotFound().finish(),
    }
}

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let port: u16 = words.next().context("which port?")?.parse()?;
    let bodies = words
        .map(|file| Ok(std::fs::read(file)?.into()))
        .collect::<anyhow::Result<_>>()?;
    let key = std::env::var("IIT_SECRET_KEY").context("IIT_SECRET_KEY")?;
    let shared = web::Data::new(Shared {
        keys: Keys::new(&[Secret(key)]),
        bodies,
    });
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .route("/{which}", web::route().to(answer))
        })
        .workers(2)
        .bind(("127.0.0.1", port))?
        .run()
        .await
    })?;
    Ok(())
}
