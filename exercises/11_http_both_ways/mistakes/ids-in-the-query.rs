//! code: lost-context
//! why: a query parameter crosses as well, but only between two services that both know of it

mod handlers;
mod spans;

use std::{io, net::TcpListener, sync::LazyLock};

use axum::{Router, extract::Request, middleware, response::Response, routing::get};
use tracing::Instrument;
use {
    opentelemetry::Context,
    opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
    tracing_opentelemetry::OpenTelemetrySpanExt,
};

static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(handlers::client);

/// The service that has the cars.
pub async fn inventory(listener: TcpListener) -> io::Result<()> {
    let routes = Router::new().route("/cars/{id}", get(handlers::find));
    serve(listener, routes.with_state(handlers::Inventory::open())).await
}

/// The service that shows them; `inventory` is the address of the other one.
pub async fn search(listener: TcpListener, inventory: String) -> io::Result<()> {
    let routes = Router::new().route("/cars/{id}", get(handlers::show));
    serve(listener, routes.with_state(inventory)).await
}

async fn serve(listener: TcpListener, routes: Router) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    axum::serve(listener, routes.layer(middleware::from_fn(answer))).await
}

/// Answers a request within a SERVER span.
async fn answer(request: Request, next: middleware::Next) -> Response {
    let span = {
        let _current = caller(request.uri().query().unwrap_or_default()).attach();
        spans::server(&request)
    };
    let response = next.run(request).instrument(span.clone()).await;
    spans::answered(&span, &response);
    response
}

/// The context in `trace=…&span=…`.
fn caller(query: &str) -> Context {
    let value = |name| query.split('&').find_map(|pair| pair.strip_prefix(name));
    let trace = value("trace=").and_then(|id| TraceId::from_hex(id).ok());
    let span = value("span=").and_then(|id| SpanId::from_hex(id).ok());
    let (Some(trace), Some(span)) = (trace, span) else {
        return Context::new();
    };
    let (flags, state) = (TraceFlags::SAMPLED, TraceState::default());
    Context::new().with_remote_span_context(SpanContext::new(trace, span, flags, true, state))
}

/// Sends a request within a CLIENT span; `resend` of them were sent before it.
async fn fetch(url: &str, resend: u32) -> reqwest::Result<reqwest::Response> {
    let mut request = CLIENT.get(url).build()?;
    let span = spans::client(&request, resend);
    let context = span.context();
    let ids = context.span().span_context().clone();
    let query = format!("trace={}&span={}", ids.trace_id(), ids.span_id());
    request.url_mut().set_query(Some(&query));
    let answer = CLIENT.execute(request).instrument(span.clone()).await;
    spans::received(&span, &answer);
    answer
}
