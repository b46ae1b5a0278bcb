//! The service that has the cars; their photos are with the dealers. Nothing to do in here.

use std::{collections::HashMap, io, net::TcpListener};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use marketplace::Market;
use opentelemetry::{Context, baggage::BaggageExt, global};
use tracing::{Span, field, instrument};

/// Shows a dealer's car; `dealers` are the addresses, by the dealers' names.
///
/// # Errors
/// When the listener fails.
pub async fn inventory(listener: TcpListener, dealers: HashMap<String, String>) -> io::Result<()> {
    global::set_text_map_propagator(crate::propagator());
    let routes = Router::new().route("/dealers/{dealer}/cars/{id}", get(show));
    traced_http::serve(listener, routes.with_state((Market::open(), dealers))).await
}

type Known = (Market, HashMap<String, String>);

async fn show(
    State((market, dealers)): State<Known>,
    Path((dealer, id)): Path<(String, u32)>,
) -> Result<String, StatusCode> {
    let car = market
        .find_car(id)
        .await
        .map_err(|_| StatusCode::NOT_FOUND)?;
    note_dealer();
    let dealer = dealers.get(&dealer).ok_or(StatusCode::NOT_FOUND)?;
    let photos = traced_http::get(&format!("{dealer}/photos/{id}")).await;
    let photos = photos.map_err(|_| StatusCode::BAD_GATEWAY)?.text().await;
    let photos = photos.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(format!("{} EUR, {photos} photos", car.price_eur))
}

/// Who the dealer is stands in the baggage of those who send one.
#[instrument(name = "note dealer", fields(workshop.dealer.id = field::Empty))]
fn note_dealer() {
    if let Some(dealer) = Context::current().baggage().get("workshop.dealer.id") {
        Span::current().record("workshop.dealer.id", dealer.as_str());
    }
}
