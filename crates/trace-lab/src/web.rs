//! The web port: query API, pages, and the lab's own routes under `/lab`.

mod api;
mod legacy;
mod pages;
mod params;
mod redact;

use std::{fs::File, io, io::Read, sync::Arc};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde_json::json;
use trace_model::otlp_json;
use trace_view::Links;

use crate::store::Store;

/// A form with a token fits many times over.
const MAX_FORM: usize = 4 << 10;

/// What every route sees.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) store: Arc<Store>,
    /// Whoever changes state must know it: only the lab's own pages show it, and a foreign page
    /// cannot read those.
    token: String,
    /// Where a comparison's links lead.
    pub(crate) links: Links,
}

impl App {
    pub(crate) fn new(store: Arc<Store>, links: Links) -> io::Result<Self> {
        let mut bytes = [0; 16];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        let token = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            store,
            token,
            links,
        })
    }
}

/// All routes of the web port.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(api::router())
        .merge(legacy::router())
        .merge(pages::router())
        .route("/lab/health", get(health))
        .route("/lab/export/{id}", get(export))
        .route("/lab/pin/{id}", post(pin))
        .route("/lab/unpin/{id}", post(unpin))
        .route("/lab/clear", post(clear))
        .fallback(async || (StatusCode::NOT_FOUND, "there is no such page here\n"))
        .with_state(app)
        .layer(middleware::from_fn(harden))
}

/// Headers for every answer: nothing is loaded from elsewhere, nothing is guessed, nothing kept.
async fn harden(request: Request, next: Next) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; script-src 'self'; img-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: with it browsers send `Origin: null` from the lab's own forms.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn health(State(app): State<Arc<App>>) -> Json<serde_json::Value> {
    let usage = app.store.usage();
    Json(json!({
        "kind": "lab",
        "version": env!("CARGO_PKG_VERSION"),
        "traces": usage.traces,
        "bytes": usage.bytes,
        "evicted": usage.evicted,
    }))
}

/// A trace to hand to somebody else, as OTLP JSON without values that look like secrets.
async fn export(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    let trace = params::trace_id(&id).and_then(|id| app.store.trace(id));
    let Some(trace) = trace else {
        return (StatusCode::NOT_FOUND, "there is no such trace here\n").into_response();
    };
    let spans = redact::spans(trace.to_spans());
    let name = format!("attachment; filename=\"trace-{}.json\"", trace.id);
    let headers = [(header::CONTENT_DISPOSITION, name)];
    (headers, Json(otlp_json::to_value(&spans))).into_response()
}

async fn pin(state: State<Arc<App>>, Path(id): Path<String>, request: Request) -> Response {
    change(&state, request, &format!("/trace/{id}"), |store| {
        let pinned = params::trace_id(&id).is_some_and(|id| store.pin(id));
        let why = "the trace is not here, or pins hold half of the store already\n";
        if pinned {
            Ok(())
        } else {
            Err((StatusCode::CONFLICT, why))
        }
    })
    .await
}

async fn unpin(state: State<Arc<App>>, Path(id): Path<String>, request: Request) -> Response {
    change(&state, request, &format!("/trace/{id}"), |store| {
        let lifted = params::trace_id(&id).is_some_and(|id| store.unpin(id));
        let why = "the trace is not pinned\n";
        if lifted {
            Ok(())
        } else {
            Err((StatusCode::CONFLICT, why))
        }
    })
    .await
}

async fn clear(state: State<Arc<App>>, request: Request) -> Response {
    change(&state, request, "/", |store| {
        store.clear();
        Ok(())
    })
    .await
}

/// Changes the store if the request carries the token, in a form or in `x-lab-token`; then shows
/// the page `back`.
async fn change(
    app: &App,
    request: Request,
    back: &str,
    action: impl FnOnce(&Store) -> Result<(), (StatusCode, &'static str)>,
) -> Response {
    let (head, body) = request.into_parts();
    if token(&head.headers, body).await.as_deref() != Some(&*app.token) {
        let why = "this changes the lab, and the token is not right: use the form on its page\n";
        return (StatusCode::FORBIDDEN, why).into_response();
    }
    match action(&app.store) {
        Ok(()) => Redirect::to(back).into_response(),
        Err(refused) => refused.into_response(),
    }
}

async fn token(headers: &HeaderMap, body: Body) -> Option<String> {
    if let Some(token) = headers.get("x-lab-token") {
        return token.to_str().ok().map(str::to_owned);
    }
    let form = axum::body::to_bytes(body, MAX_FORM).await.ok()?;
    let mut pairs = form_urlencoded::parse(&form);
    pairs
        .find(|(key, _)| key == "token")
        .map(|(_, token)| token.into_owned())
}
