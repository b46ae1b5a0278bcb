//! The node that customers see. Nothing to do in here.

use std::{net::TcpListener, time::Duration};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use nodes::Node;
use opentelemetry::global;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use ractor::{ActorRef, rpc::CallResult};
use tracing::{Instrument, info_span};

use crate::{Stock, Traced, inventory::COOKIE};

const PATIENCE: Duration = Duration::from_secs(5);

/// Answers over HTTP; `inventory` is the address of that node.
///
/// # Errors
/// When the node does not start, or finds nobody.
pub async fn search(
    listener: TcpListener,
    inventory: String,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // Whoever calls over HTTP may have a trace.
    global::set_text_map_propagator(TraceContextPropagator::new());
    let node = Node::start("search", COOKIE).await?;
    node.connect(&inventory).await?;
    let stock = nodes::find::<Traced<Stock>>("inventory", PATIENCE).await;
    let routes = Router::new()
        .route("/cars/{id}", get(show))
        .with_state(stock.ok_or("nobody of the group `inventory` is known here")?);
    Ok(traced_http::serve(listener, routes).await?)
}

// ANCHOR: ask
/// Shows a customer a car, and tells the other node that it was looked at.
async fn show(
    State(stock): State<ActorRef<Traced<Stock>>>,
    Path(id): Path<u32>,
) -> Result<String, StatusCode> {
    let asked = info_span!(
        "inventory/Find",
        otel.kind = "client",
        rpc.system.name = "ractor_cluster",
        rpc.method = "inventory/Find"
    );
    let price = find(&stock, id).instrument(asked).await;
    let price = price.ok_or(StatusCode::BAD_GATEWAY)?;
    if price.is_empty() {
        return Err(StatusCode::NOT_FOUND);
    }
    let told = info_span!("tell view", otel.kind = "producer");
    // Whether it arrives is not the customer's concern.
    let _ = told.in_scope(|| stock.cast(Traced::new(Stock::Viewed(id))));
    Ok(format!("{price} EUR"))
}

async fn find(stock: &ActorRef<Traced<Stock>>, id: u32) -> Option<String> {
    let asked = |reply| Traced::new(Stock::Find(id, reply));
    match stock.call(asked, Some(PATIENCE)).await {
        Ok(CallResult::Success(price)) => Some(price),
        _ => None,
    }
}
// ANCHOR_END: ask
