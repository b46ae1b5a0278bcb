//! The indexer: fetches offers and puts their cars into the index. Nothing to do in here.

use std::{error::Error, net::TcpListener, time::Duration};

use async_nats::jetstream::{
    self, Context as JetStream, Message,
    consumer::{PullConsumer, pull},
    stream::Stream,
};
use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use futures_util::TryStreamExt;
use marketplace::Market;
use opentelemetry::trace::TraceContextExt;
use tokio::{sync::watch, time};
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
    /// How many messages are done with, for those who wait.
    done: watch::Sender<usize>,
}

/// Fetches offers from the broker at that address; the listener tells how many are done with.
///
/// # Errors
/// When there is no broker.
pub async fn indexer(listener: TcpListener, broker: String) -> Result<(), Failed> {
    let broker = jetstream::new(async_nats::connect(broker).await?);
    let stream = stream_of_cars(&broker).await;
    let durable = pull::Config {
        durable_name: Some(GROUP.to_owned()),
        ..pull::Config::default()
    };
    let consumer = stream.get_or_create_consumer(GROUP, durable).await?;
    let index = Index {
        market: Market::open(),
        done: watch::Sender::new(0),
    };
    let told = Router::new()
        .route("/done/{count}", get(done))
        .with_state(index.done.subscribe());
    let listener = tokio::net::TcpListener::from_std(listener)?;
    tokio::select! {
        ended = work(&consumer, &index) => ended,
        ended = axum::serve(listener, told) => Ok(ended?),
    }
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

/// One message after the other, for ever.
async fn work(consumer: &PullConsumer, index: &Index) -> Result<(), Failed> {
    loop {
        for message in fetch(consumer).await? {
            let publisher = publisher(&message);
            // A message whose acknowledgement fails comes again.
            let _ = handle(&message, publisher, index).await;
            index.done.send_modify(|done| *done += 1);
        }
    }
}

// ANCHOR: fetch
/// The next message, as soon as there is one.
async fn fetch(consumer: &PullConsumer) -> Result<Vec<Message>, Failed> {
    let span = spans::fetch();
    let fetched = async {
        let asked = consumer.fetch().max_messages(1).expires(PATIENCE);
        asked.messages().await?.try_collect::<Vec<_>>().await
    };
    let messages = fetched.instrument(span.clone()).await?;
    span.record("messaging.batch.message_count", messages.len() as i64);
    for message in &messages {
        span.add_link(publisher(message).span().span_context().clone());
    }
    Ok(messages)
}
// ANCHOR_END: fetch

impl Index {
    /// Puts the car of a message into the index.
    pub(crate) async fn add(&self, message: &Message) {
        let car = String::from_utf8_lossy(&message.payload).parse();
        let car = car.unwrap_or_default();
        let span = info_span!("index car", workshop.car.id = car);
        // A car that is gone by now needs no place in the index.
        let _ = self.market.find_car(car).instrument(span).await;
    }
}

/// Answers when so many messages are done with.
async fn done(State(mut done): State<watch::Receiver<usize>>, Path(count): Path<usize>) {
    // The indexer lives as long as this answer is waited for.
    let _ = done.wait_for(|done| *done >= count).await;
}
