//! The public edge: what it does with a request. Nothing to do in here.

use std::{io, net::TcpListener};

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use opentelemetry::trace::SpanContext;

use crate::{ask_theirs, name_answer, server_span, speak_w3c};

/// Where the edge asks.
#[derive(Clone, Debug)]
pub struct Others {
    /// The address of `search`, which is one of us.
    pub search: String,
    /// The address of an advertiser, who is not.
    pub advertiser: String,
}

/// Answers whoever asks.
///
/// # Errors
/// When the listener fails.
pub async fn edge(listener: TcpListener, others: Others) -> io::Result<()> {
    speak_w3c();
    let routes = Router::new().route("/cars/{id}", get(show));
    let routes = routes.layer(middleware::from_fn(answer));
    traced_http::serve_bare(listener, routes.with_state(others)).await
}

/// Whether a request comes from a partner. In a real service: a client certificate.
#[allow(dead_code, reason = "for the gaps")]
pub(crate) fn is_partner(headers: &HeaderMap) -> bool {
    headers
        .get("x-partner-key")
        .is_some_and(|key| key == "k-17")
}

async fn answer(request: Request, next: Next) -> Response {
    let sent = traced_http::caller(request.headers());
    let span = server_span(&request, &sent);
    let mut response = traced_http::answer_within(span.clone(), request, next).await;
    name_answer(&span, response.headers_mut());
    response
}

/// A span context in the form of a `traceparent`.
#[allow(dead_code, reason = "for the gaps")]
pub(crate) fn as_header(span: &SpanContext) -> HeaderValue {
    let (trace, id, flags) = (span.trace_id(), span.span_id(), span.trace_flags().to_u8());
    let text = format!("00-{trace}-{id}-{flags:02x}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Shows a car with its price and an advertisement.
async fn show(State(others): State<Others>, Path(id): Path<u32>) -> Result<String, StatusCode> {
    let price = traced_http::get(&format!("{}/prices/{id}", others.search)).await;
    let advertisement = ask_theirs(&format!("{}/ads/{id}", others.advertiser)).await;
    let (price, advertisement) = (text(price).await?, text(advertisement).await?);
    Ok(format!("{price} EUR, {advertisement}"))
}

async fn text(answer: traced_http::Result) -> Result<String, StatusCode> {
    let answer = answer.map_err(|_| StatusCode::BAD_GATEWAY)?;
    answer.text().await.map_err(|_| StatusCode::BAD_GATEWAY)
}
