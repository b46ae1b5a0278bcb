//! The feed of the dealers: takes offers over HTTP, and publishes them. Nothing to do in here.

use std::net::TcpListener;

use async_nats::jetstream::{self, Context as JetStream, stream};
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use opentelemetry::global;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Instrument;

use crate::{
    headers,
    indexer::Failed,
    spans::{self, STREAM, SUBJECT},
};

/// Takes offers, and publishes them by the broker at that address.
///
/// # Errors
/// When there is no broker, or the listener fails.
pub async fn dealer_feed(listener: TcpListener, broker: String) -> Result<(), Failed> {
    // Whoever calls over HTTP may have a trace.
    global::set_text_map_propagator(TraceContextPropagator::new());
    let broker = jetstream::new(async_nats::connect(broker).await?);
    broker.create_stream(stream_of_cars()).await?;
    let routes = Router::new()
        .route("/cars/{id}/offer", post(offer))
        .route("/faxes/{id}", post(fax))
        .with_state(broker);
    Ok(traced_http::serve(listener, routes).await?)
}

/// The broker keeps what is published, and recognises what comes twice by its `Nats-Msg-Id`.
fn stream_of_cars() -> stream::Config {
    stream::Config {
        name: STREAM.to_owned(),
        subjects: vec![SUBJECT.to_owned()],
        storage: stream::StorageType::Memory,
        ..stream::Config::default()
    }
}

async fn offer(State(broker): State<JetStream>, Path(car): Path<u32>) -> Result<(), StatusCode> {
    let offer = format!("offer-{car}");
    let span = spans::publish(&offer);
    let published = publish(&broker, &offer, car).instrument(span.clone()).await;
    let duplicate = published.map_err(|_| StatusCode::BAD_GATEWAY)?;
    span.record("workshop.duplicate", duplicate);
    Ok(())
}

// ANCHOR: publish
/// Publishes an offer, and waits until the broker has it: whether it had it already.
async fn publish(broker: &JetStream, offer: &str, car: u32) -> Result<bool, Failed> {
    let body = car.to_string().into();
    let sent = broker.publish_with_headers(SUBJECT, headers(offer), body);
    Ok(sent.await?.await?.duplicate)
}
// ANCHOR_END: publish

/// What comes by fax is published by a machine that knows nothing of traces.
async fn fax(State(broker): State<JetStream>, Path(car): Path<u32>) -> Result<(), StatusCode> {
    let sent = broker.publish(SUBJECT, car.to_string().into()).await;
    let sent = sent.map_err(|_| StatusCode::BAD_GATEWAY)?;
    sent.await.map(drop).map_err(|_| StatusCode::BAD_GATEWAY)
}
