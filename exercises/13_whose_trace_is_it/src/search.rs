//! The service behind the edge, and what our services speak. Nothing to do in here.

use std::{io, net::TcpListener};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use marketplace::Market;
use opentelemetry::{
    Context,
    baggage::BaggageExt,
    global,
    propagation::{TextMapCompositePropagator, TextMapPropagator},
};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use tracing::{Span, field, instrument};

/// Agrees on the W3C's headers, with baggage.
pub fn speak_w3c() {
    let both: Vec<Box<dyn TextMapPropagator + Send + Sync>> = vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ];
    global::set_text_map_propagator(TextMapCompositePropagator::new(both));
}

/// The service that knows the prices. Only the edge calls it.
///
/// # Errors
/// When the listener fails.
pub async fn search(listener: TcpListener) -> io::Result<()> {
    speak_w3c();
    let routes = Router::new().route("/prices/{id}", get(price));
    traced_http::serve(listener, routes.with_state(Market::open())).await
}

async fn price(State(market): State<Market>, Path(id): Path<u32>) -> Result<String, StatusCode> {
    let car = market
        .find_car(id)
        .await
        .map_err(|_| StatusCode::NOT_FOUND)?;
    Ok(discount(car.price_eur).to_string())
}

/// Customers of the tier `gold` pay less.
#[instrument(name = "discount", skip_all, fields(workshop.customer.tier = field::Empty))]
fn discount(price: u32) -> u32 {
    match Context::current().baggage().get("workshop.customer.tier") {
        Some(tier) => {
            Span::current().record("workshop.customer.tier", tier.as_str());
            price - if tier.as_str() == "gold" { 500 } else { 0 }
        }
        None => price,
    }
}
