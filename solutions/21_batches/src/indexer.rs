//! The indexer: fetches offers and puts their cars into the index. Nothing to do in here.

use std::{collections::BTreeSet, error::Error, net::TcpListener, sync::Arc, time::Duration};

use async_nats::jetstream::{
    self, Context as JetStream, Message,
    consumer::{AckPolicy, PullConsumer, pull},
    stream::Stream,
};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use futures_util::TryStreamExt;
use marketplace::Market;
use opentelemetry::trace::TraceContextExt;
use tokio::{sync::Mutex, time};
use tracing::{Instrument, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{
    handle, publisher,
    spans::{self, GROUP, STREAM},
};

/// Whatever goes wrong with a broker.
pub(crate) type Failed = Box<dyn Error + Send + Sync>;

/// How long the broker may let a fetch wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// The cars that can be found.
pub(crate) struct Index {
    market: Market,
    cars: Mutex<BTreeSet<u32>>,
}

/// Fetches offers from the broker at that address, whenever it is time; the listener is the clock.
///
/// # Errors
/// When there is no broker.
pub async fn indexer(listener: TcpListener, broker: String) -> Result<(), Failed> {
    let broker = jetstream::new(async_nats::connect(broker).await?);
    let stream = stream_of_cars(&broker).await;
    let durable = pull::Config {
        durable_name: Some(GROUP.to_owned()),
        // Whoever acknowledges a message acknowledges all before it.
        ack_policy: AckPolicy::All,
        ..pull::Config::default()
    };
    let consumer = stream.get_or_create_consumer(GROUP, durable).await?;
    let index = Index {
        market: Market::open(),
        cars: Mutex::default(),
    };
    let clock = Router::new()
        .route("/batches/{size}", post(batch))
        .with_state(Arc::new((consumer, index)));
    let listener = tokio::net::TcpListener::from_std(listener)?;
    Ok(axum::serve(listener, clock).await?)
}

/// The stream, as soon as the feed has made it.
async fn stream_of_cars(broker: &JetStream) -> Stream {
    loop {
        match broker.get_stream(STREAM).await {
            Ok(stream) => return stream,
            Err(_) => time::sleep(Duration::from_millis(5)).await,
        }
    }
}

/// A batch of that size is due. The answer is what is in the index afterwards, and how many messages
/// the broker has given away and nobody has acknowledged.
async fn batch(
    State(state): State<Arc<(PullConsumer, Index)>>,
    Path(size): Path<usize>,
) -> Result<Json<(BTreeSet<u32>, usize)>, StatusCode> {
    let (consumer, index) = &*state;
    let done = async {
        handle(&fetch(consumer, size).await?, index).await?;
        let left = consumer.get_info().await?.num_ack_pending;
        let cars = index.cars.lock().await.clone();
        Ok::<_, Failed>((cars, left))
    };
    done.await.map(Json).map_err(|_| StatusCode::BAD_GATEWAY)
}

// ANCHOR: fetch
/// So many messages at most, in the order of the index: by car.
async fn fetch(consumer: &PullConsumer, max: usize) -> Result<Vec<Message>, Failed> {
    let span = spans::fetch();
    let fetched = async {
        let asked = consumer.fetch().max_messages(max).expires(PATIENCE);
        asked.messages().await?.try_collect::<Vec<_>>().await
    };
    let mut messages = fetched.instrument(span.clone()).await?;
    messages.sort_by_key(car);
    span.record("messaging.batch.message_count", messages.len() as i64);
    for message in &messages {
        span.add_link(publisher(message).span().span_context().clone());
    }
    Ok(messages)
}
// ANCHOR_END: fetch

fn car(message: &Message) -> u32 {
    let car = String::from_utf8_lossy(&message.payload).parse();
    car.unwrap_or_default()
}

impl Index {
    /// Puts the cars of all messages into the index, in one go.
    pub(crate) async fn write(&self, messages: &[Message]) {
        let span = info_span!("write index");
        let written = async {
            let mut cars = self.cars.lock().await;
            for car in messages.iter().map(car) {
                // A car that is gone by now needs no place in the index.
                cars.extend(self.market.find_car(car).await.map(|car| car.id));
            }
        };
        written.instrument(span).await;
    }
}

// ANCHOR: ack
/// Tells the broker that all of them are done with, by the last that it has sent.
pub(crate) async fn ack(messages: &[Message]) -> Result<(), Failed> {
    let Some(last) = messages.iter().max_by_key(|message| sequence(message)) else {
        return Ok(());
    };
    let span = spans::ack(messages.len());
    last.double_ack().instrument(span).await
}
// ANCHOR_END: ack

/// Its place in the stream.
fn sequence(message: &Message) -> u64 {
    message.info().map_or(0, |info| info.stream_sequence)
}
