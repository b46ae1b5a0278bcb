//! The side that asks.

use std::sync::LazyLock;

use opentelemetry::global;
use opentelemetry_http::HeaderInjector;
use reqwest::{Request, Response};
use tracing::{Instrument, Span, field::Empty, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::status::record;

/// What became of a request.
pub type Result = reqwest::Result<Response>;

static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

/// Gets a URL within a CLIENT span, with [`send`].
///
/// # Errors
/// When it is no URL, or nobody answers.
pub async fn get(url: &str) -> Result {
    send(CLIENT.get(url).build()?).await
}

/// Sends the request within a CLIENT span, which the global propagator writes into its headers.
///
/// # Errors
/// When nobody answers.
pub async fn send(mut request: Request) -> Result {
    let span = client_span(&request);
    let context = span.context();
    let mut headers = HeaderInjector(request.headers_mut());
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&context, &mut headers);
    });
    within(span, request).await
}

async fn within(span: Span, request: Request) -> Result {
    let answer = CLIENT.execute(request).instrument(span.clone()).await;
    received(&span, &answer);
    answer
}

/// Gets a URL within a CLIENT span and writes nothing into its headers: for those whom your traces are
/// none of their business.
///
/// # Errors
/// When it is no URL, or nobody answers.
pub async fn get_bare(url: &str) -> Result {
    let request = CLIENT.get(url).build()?;
    let span = client_span(&request);
    within(span, request).await
}

/// A span of kind CLIENT, named by the method (HTTP conventions, stable): a caller does not know the
/// other side's routes.
#[must_use]
pub fn client_span(request: &Request) -> Span {
    let url = request.url();
    info_span!(
        "client",
        otel.name = request.method().as_str(),
        otel.kind = "client",
        otel.status_code = Empty,
        error.type = Empty,
        http.request.method = request.method().as_str(),
        http.response.status_code = Empty,
        server.address = url.host_str(),
        server.port = url.port_or_known_default().map(i64::from),
        url.full = url.as_str(),
    )
}

/// 4xx and 5xx are errors to whoever asked, and so is no answer.
fn received(span: &Span, answer: &Result) {
    match answer.as_ref().map(Response::status) {
        Ok(status) => record(span, status, status.as_u16() >= 400),
        Err(error) => {
            let kind = if error.is_timeout() {
                "timeout"
            } else {
                "_OTHER"
            };
            span.record("otel.status_code", "ERROR");
            span.record("error.type", kind);
        }
    }
}
