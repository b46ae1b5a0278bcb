//! code: wrong-kind
//! why: the CLIENT span was copied from the other side, and its kind with it

mod handlers;
mod spans;

use std::{io, net::TcpListener, sync::LazyLock};

use axum::{Router, extract::Request, middleware, response::Response, routing::get};
use tracing::Instrument;
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
    global::set_text_map_propagator(TraceContextPropagator::new());
    let listener = tokio::net::TcpListener::from_std(listener)?;
    axum::serve(listener, routes.layer(middleware::from_fn(answer))).await
}

/// Answers a request within a SERVER span.
async fn answer(request: Request, next: middleware::Next) -> Response {
    let headers = HeaderExtractor(request.headers());
    let caller = global::get_text_map_propagator(|propagator| {
        propagator.extract_with_context(&Context::new(), &headers)
    });
    let span = {
        let _current = caller.attach();
        spans::server(&request)
    };
    let response = next.run(request).instrument(span.clone()).await;
    spans::answered(&span, &response);
    response
}

/// Sends a request within a CLIENT span; `resend` of them were sent before it.
async fn fetch(url: &str, resend: u32) -> reqwest::Result<reqwest::Response> {
    let mut request = CLIENT.get(url).build()?;
    let span = spans::client(&request, resend);
    let context = span.context();
    let mut headers = HeaderInjector(request.headers_mut());
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&context, &mut headers);
    });
    let answer = CLIENT.execute(request).instrument(span.clone()).await;
    spans::received(&span, &answer);
    answer
}
