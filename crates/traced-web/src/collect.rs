//! Takes the spans of pages and passes them on.

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{self, Bytes},
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER, VARY,
        },
    },
    response::{IntoResponse, Response},
    routing::post,
};

use crate::bucket::Bucket;

/// Where pages send their spans.
const PATH: &str = "/v1/traces";
const JSON: &str = "application/json";
/// How long the backend may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who may send spans, how many, and where they go.
#[derive(Clone, Debug)]
pub struct Collect {
    /// The whole address of the backend: `http://127.0.0.1:4318/v1/traces`.
    pub backend: String,
    /// Origins whose pages may send spans beside those of this one, exactly: `https://cars.example`.
    pub origins: Vec<String>,
    /// How much.
    pub limits: Limits,
}

/// How much is taken.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The length of a body, in bytes.
    pub body: usize,
    /// Requests in a second, of all pages together.
    pub per_second: u32,
    /// Requests at one moment, after a while without any.
    pub burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // What a page may send when it is left.
            body: 64 * 1024,
            per_second: 50,
            burst: 200,
        }
    }
}

impl Collect {
    /// To where the spans of this process go: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, else
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`, else this machine.
    #[must_use]
    pub fn from_env() -> Self {
        let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let backend = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").unwrap_or_else(|| {
            let base = variable("OTEL_EXPORTER_OTLP_ENDPOINT");
            let base = base.unwrap_or_else(|| "http://127.0.0.1:4318".to_owned());
            format!("{}{PATH}", base.trim_end_matches('/'))
        });
        Self {
            backend,
            origins: Vec::new(),
            limits: Limits::default(),
        }
    }
}

#[derive(Debug)]
struct Shared {
    to: Collect,
    bucket: Bucket,
    client: reqwest::Client,
}

/// The route `/v1/traces`: OTLP in JSON from pages of this origin, and of those that are named. A foreign
/// page is refused, and so is what is too long or too much.
pub fn collect(to: Collect) -> Router {
    let Limits {
        per_second, burst, ..
    } = to.limits;
    let shared = Shared {
        bucket: Bucket::full(per_second, burst, Instant::now()),
        client: reqwest::Client::new(),
        to,
    };
    let route = post(take).options(preflight);
    Router::new()
        .route(PATH, route)
        .with_state(Arc::new(shared))
}

/// Whose page it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sender {
    /// One of this origin.
    Own,
    /// One of an origin that is named.
    Named(HeaderValue),
    /// Any other, or no page at all.
    Foreign,
}

impl Shared {
    fn sender(&self, headers: &HeaderMap) -> Sender {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let Some(origin) = text(ORIGIN) else {
            return Sender::Foreign;
        };
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        if authority.is_some() && authority == text(HOST) {
            return Sender::Own;
        }
        let named = self.to.origins.iter().any(|it| it == origin);
        let value = headers.get(ORIGIN).filter(|_| named);
        value.cloned().map_or(Sender::Foreign, Sender::Named)
    }

    async fn pass_on(&self, body: Bytes) -> Response {
        let request = self.client.post(&self.to.backend).timeout(PATIENCE);
        let sent = request.header(CONTENT_TYPE, JSON).body(body).send().await;
        match sent {
            Ok(answer) if answer.status().is_success() => StatusCode::OK.into_response(),
            Ok(answer) if answer.status().is_client_error() => answer.status().into_response(),
            Ok(_) | Err(_) => StatusCode::BAD_GATEWAY.into_response(),
        }
    }
}

async fn take(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let sender = shared.sender(request.headers());
    if sender == Sender::Foreign {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut answer = checked(&shared, request).await;
    if let Sender::Named(origin) = sender {
        let headers = answer.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(VARY, HeaderValue::from_static("origin"));
    }
    answer
}

async fn checked(shared: &Shared, request: Request) -> Response {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some(JSON) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    if !shared.bucket.take(Instant::now()) {
        return (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "1")]).into_response();
    }
    match body::to_bytes(request.into_body(), shared.to.limits.body).await {
        Ok(body) => shared.pass_on(body).await,
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    }
}

/// What a browser asks before it lets a page of another origin send JSON.
async fn preflight(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let Sender::Named(origin) = shared.sender(&headers) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let allowed = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, origin),
        (
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("POST"),
        ),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("content-type"),
        ),
        (VARY, HeaderValue::from_static("origin")),
    ];
    (StatusCode::NO_CONTENT, allowed).into_response()
}
