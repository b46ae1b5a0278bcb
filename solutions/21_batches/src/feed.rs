//! The feed of the dealers: takes their offers over HTTP, and publishes them. Nothing to do in here.

use std::net::TcpListener;

use async_nats::{
    HeaderMap,
    jetstream::{self, Context as JetStream, stream},
};
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use opentelemetry::{Context, global, propagation::TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Instrument;

use crate::{
    carrier::Outgoing,
    indexer::Failed,
    spans::{self, STREAM, SUBJECT},
};

/// How many cars are published at once.
const AT_ONCE: usize = 3;

/// Takes offers, and publishes them by the broker at that address.
///
/// # Errors
/// When there is no broker, or the listener fails.
pub async fn dealer_feed(listener: TcpListener, broker: String) -> Result<(), Failed> {
    // Whoever calls may be unsampled, and then nothing of this is recorded.
    global::set_text_map_propagator(TraceContextPropagator::new());
    let broker = jetstream::new(async_nats::connect(broker).await?);
    broker.create_stream(stream_of_cars()).await?;
    let routes = Router::new()
        .route("/dealers/{id}/offers", post(offers))
        .route("/faxes/{id}", post(fax))
        .with_state(broker);
    Ok(traced_http::serve(listener, routes).await?)
}

fn stream_of_cars() -> stream::Config {
    stream::Config {
        name: STREAM.to_owned(),
        subjects: vec![SUBJECT.to_owned()],
        storage: stream::StorageType::Memory,
        ..stream::Config::default()
    }
}

/// The cars of one dealer, by their ids: `2,11`.
async fn offers(State(broker): State<JetStream>, cars: String) -> StatusCode {
    let cars: Vec<&str> = cars.split(',').collect();
    let mut sent = Ok(());
    for cars in cars.chunks(AT_ONCE) {
        let span = spans::publish(cars.len());
        sent = sent.and(publish(&broker, cars).instrument(span).await);
    }
    status(sent)
}

// ANCHOR: publish
/// Publishes what a dealer offers: each car is a message, and all of them have one context.
async fn publish(broker: &JetStream, cars: &[&str]) -> Result<(), Failed> {
    let mut headers = HeaderMap::new();
    let carrier = &mut Outgoing(&mut headers);
    TraceContextPropagator::new().inject_context(&Context::current(), carrier);
    for car in cars {
        let car = (*car).to_owned();
        let sent = broker.publish_with_headers(SUBJECT, headers.clone(), car.into());
        sent.await?.await?;
    }
    Ok(())
}
// ANCHOR_END: publish

/// What comes by fax is published by a machine that knows nothing of traces.
async fn fax(State(broker): State<JetStream>, Path(car): Path<String>) -> StatusCode {
    let sent = async { Ok(broker.publish(SUBJECT, car.into()).await?.await.map(drop)?) };
    status(sent.await)
}

fn status(sent: Result<(), Failed>) -> StatusCode {
    match sent {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::BAD_GATEWAY,
    }
}
