//! code: false-join
//! why: the guard cannot live across an `.await`, and forgetting it makes the compiler content

mod handlers;
mod spans;

use std::{io, net::TcpListener, sync::LazyLock};

use axum::{Router, extract::Request, middleware, response::Response, routing::get};
use tracing::Instrument;
#[allow(unused_imports, reason = "for the gaps")]
use {
    opentelemetry::{Context, global},
    opentelemetry_http::{HeaderExtractor, HeaderInjector},
    opentelemetry_sdk::propagation::TraceContextPropagator,
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
    // ANCHOR: propagator
    // DONE(11.1): say, once in a process, how a context is written into headers
    global::set_text_map_propagator(TraceContextPropagator::new());
    // END(11.1)
    // ANCHOR_END: propagator
    let listener = tokio::net::TcpListener::from_std(listener)?;
    axum::serve(listener, routes.layer(middleware::from_fn(answer))).await
}

// ANCHOR: server
/// Answers a request within a SERVER span.
async fn answer(request: Request, next: middleware::Next) -> Response {
    // DONE(11.2): continue the trace of whoever sent the request
    let headers = HeaderExtractor(request.headers());
    let caller = global::get_text_map_propagator(|propagator| propagator.extract(&headers));
    std::mem::forget(caller.attach());
    let span = spans::server(&request);
    // END(11.2)
    let response = next.run(request).instrument(span.clone()).await;
    spans::answered(&span, &response);
    response
}
// ANCHOR_END: server

// ANCHOR: client
/// Sends a request within a CLIENT span; `resend` of them were sent before it.
async fn fetch(url: &str, resend: u32) -> reqwest::Result<reqwest::Response> {
    // DONE(11.3): write the context of the CLIENT span into the request
    let mut request = CLIENT.get(url).build()?;
    let span = spans::client(&request, resend);
    let context = span.context();
    let mut headers = HeaderInjector(request.headers_mut());
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&context, &mut headers);
    });
    // END(11.3)
    let answer = CLIENT.execute(request).instrument(span.clone()).await;
    spans::received(&span, &answer);
    answer
}
// ANCHOR_END: client
