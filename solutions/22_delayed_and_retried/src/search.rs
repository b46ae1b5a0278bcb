//! The pages on which customers ask for alerts: each is a job for later. Nothing to do in here.

use std::{net::TcpListener, time::Duration};

use async_nats::{
    HeaderMap,
    jetstream::{self, Context as JetStream},
};
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use tracing::Instrument;

use crate::{
    inbox,
    job::{Failed, headers, headers_of_a_delayed_job},
    spans::{self, ASKED},
};

/// How much later a job is due that is not wanted at once.
const LATER: Duration = Duration::from_millis(100);

/// Takes orders for alerts, and publishes them as jobs by the broker at that address.
///
/// # Errors
/// When there is no broker, or the listener fails.
pub async fn search(listener: TcpListener, broker: String) -> Result<(), Failed> {
    let broker = jetstream::new(async_nats::connect(broker).await?);
    inbox::create_streams(&broker).await?;
    let routes = Router::new()
        .route("/alerts/{car}", post(now))
        .route("/alerts/{car}/later", post(later))
        .with_state(broker);
    Ok(traced_http::serve(listener, routes).await?)
}

async fn now(State(broker): State<JetStream>, Path(car): Path<u32>) -> Result<(), StatusCode> {
    publish(&broker, car, headers).await
}

async fn later(State(broker): State<JetStream>, Path(car): Path<u32>) -> Result<(), StatusCode> {
    publish(&broker, car, || headers_of_a_delayed_job(LATER)).await
}

/// Publishes a job, and waits until the broker has it.
async fn publish(
    broker: &JetStream,
    car: u32,
    headers: impl FnOnce() -> HeaderMap,
) -> Result<(), StatusCode> {
    let sent = async {
        let sent = broker.publish_with_headers(ASKED, headers(), car.to_string().into());
        sent.await?.await
    };
    let sent = sent.instrument(spans::publish(ASKED, car)).await;
    sent.map(drop).map_err(|_| StatusCode::BAD_GATEWAY)
}
