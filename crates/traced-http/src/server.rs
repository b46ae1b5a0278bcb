//! The side that answers.

use std::{io, net::TcpListener};

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::HeaderMap,
    middleware::{self, Next},
    response::Response,
};
use opentelemetry::{Context, global};
use opentelemetry_http::HeaderExtractor;
use tracing::{Instrument, Span, field::Empty, info_span};

use crate::status::record;

/// Serves the routes, each request within a SERVER span that is a child of whoever sent it.
///
/// # Errors
/// When the listener is not ready for tokio (non-blocking), or fails.
pub async fn serve(listener: TcpListener, routes: Router) -> io::Result<()> {
    serve_bare(listener, traced(routes)).await
}

/// The routes, each request within a SERVER span that is a child of whoever sent it.
pub fn traced(routes: Router) -> Router {
    routes.layer(middleware::from_fn(answer))
}

/// Serves the routes without any span: for a service that makes its own.
///
/// # Errors
/// When the listener is not ready for tokio (non-blocking), or fails.
pub async fn serve_bare(listener: TcpListener, routes: Router) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    axum::serve(listener, routes).await
}

async fn answer(request: Request, next: Next) -> Response {
    let span = {
        let _current = caller(request.headers()).attach();
        server_span(&request)
    };
    answer_within(span, request, next).await
}

/// The context of whoever sent these headers, as the global propagator reads them; without a span
/// where nobody did.
#[must_use]
pub fn caller(headers: &HeaderMap) -> Context {
    let headers = HeaderExtractor(headers);
    global::get_text_map_propagator(|propagator| {
        propagator.extract_with_context(&Context::new(), &headers)
    })
}

/// A span of kind SERVER, named by method and route (HTTP conventions, stable), below what is current.
#[must_use]
pub fn server_span(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("", MatchedPath::as_str);
    info_span!(
        "server",
        otel.name = format!("{} {route}", request.method()),
        otel.kind = "server",
        otel.status_code = Empty,
        error.type = Empty,
        http.request.method = %request.method(),
        http.route = route,
        http.response.status_code = Empty,
        url.path = request.uri().path(),
        url.scheme = "http",
    )
}

/// Answers the request within the span, and records the answer on it: 5xx is an error of this side.
pub async fn answer_within(span: Span, request: Request, next: Next) -> Response {
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    record(&span, status, status.is_server_error());
    response
}
