//! The two services. Nothing to do in here.

use std::{io, net::TcpListener, sync::Arc};

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderValue, Method, StatusCode},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use marketplace::Market;
use opentelemetry::global;
use opentelemetry_sdk::{
    propagation::TraceContextPropagator,
    trace::{IdGenerator, RandomIdGenerator},
};
use traced_web::{Collect, collect, javascript, script};

/// The service that renders the pages; `pricing` is the address of the other one, as a browser knows it.
///
/// # Errors
/// When the listener fails.
pub async fn search(listener: TcpListener, pricing: String) -> io::Result<()> {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let pages = Router::new().route("/cars/{id}", get(show));
    let pages = traced_http::traced(pages.with_state(Arc::new((Market::open(), pricing))));
    let routes = pages
        .layer(middleware::from_fn(as_they_ask))
        // What a browser fetches by itself carries no context: a trace of each would say nothing.
        .route(
            "/page.js",
            get(|| async { javascript(include_str!("page.js")) }),
        )
        .route("/traced-web.js", get(script))
        .route(
            "/dealer",
            get(|| async { Html("<title>The dealer</title><link rel=icon href=data:,>") }),
        )
        .merge(collect(Collect::from_env()));
    traced_http::serve_bare(listener, routes).await
}

async fn show(
    State(shared): State<Arc<(Market, String)>>,
    Path(id): Path<u32>,
) -> Result<impl IntoResponse, StatusCode> {
    let (market, pricing) = &*shared;
    let car = market.find_car(id).await;
    let car = car.map_err(|_| StatusCode::NOT_FOUND)?;
    Ok(crate::page(&car, pricing))
}

/// Whoever sends `Sec-GPC: 1` (Global Privacy Control) wants no record, and so gets a trace that is not
/// recorded.
async fn as_they_ask(mut request: Request, next: Next) -> Response {
    if request.headers().get("sec-gpc").is_some_and(|it| it == "1") {
        let ids = RandomIdGenerator::default();
        let unrecorded = format!("00-{}-{}-00", ids.new_trace_id(), ids.new_span_id());
        if let Ok(unrecorded) = HeaderValue::from_str(&unrecorded) {
            request.headers_mut().insert("traceparent", unrecorded);
        }
    }
    next.run(request).await
}

/// The service that knows the prices, for pages of this origin.
///
/// # Errors
/// When the listener fails.
pub async fn pricing(listener: TcpListener, origin: String) -> io::Result<()> {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let routes = Router::new().route("/cars/{id}/price", get(price));
    let routes = traced_http::traced(routes.with_state(Market::open()));
    let routes = routes.layer(middleware::from_fn_with_state(origin, share));
    traced_http::serve_bare(listener, routes).await
}

/// The price of this car is not for everybody to know.
const ON_REQUEST: u32 = 8;

async fn price(State(market): State<Market>, Path(id): Path<u32>) -> Result<String, StatusCode> {
    let car = market.find_car(id).await;
    let car = car.ok().filter(|car| car.id != ON_REQUEST);
    let car = car.ok_or(StatusCode::NOT_FOUND)?;
    Ok(format!("{} EUR", car.price_eur))
}

/// Tells browsers what pages of that origin may do here, and no others.
async fn share(State(origin): State<String>, request: Request, next: Next) -> Response {
    let asks = request.method() == Method::OPTIONS;
    let mut answer = match asks {
        true => StatusCode::NO_CONTENT.into_response(),
        false => next.run(request).await,
    };
    if let Ok(origin) = HeaderValue::from_str(&origin) {
        answer.headers_mut().extend(crate::allowed(origin));
    }
    answer
}
