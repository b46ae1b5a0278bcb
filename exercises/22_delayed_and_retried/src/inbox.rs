//! A stream of the broker, and the one consumer that reads it. Nothing to do in here.

use std::time::Duration;

use async_nats::jetstream::{
    self, Context as JetStream,
    consumer::{PullConsumer, pull},
    stream::{self, Stream},
};
use futures_util::TryStreamExt;
use tokio::time;

use crate::{
    job::{Failed, Job},
    spans::{ASKED, DEAD},
};

/// The streams and what is published to them.
const JOBS: (&str, &str) = ("ALERTS", ASKED);
const LETTERS: (&str, &str) = ("DEAD_LETTERS", DEAD);

/// How long the broker waits for a word on a message before it delivers that again.
pub const PATIENT: Duration = Duration::from_secs(30);

/// More deliveries than attempts: what the broker drops by itself it drops without a word.
const LIMIT: i64 = 20;

/// How long it is until somebody looks again.
const SOON: Duration = Duration::from_millis(5);

/// The broker keeps what is published.
pub(crate) async fn create_streams(broker: &JetStream) -> Result<(), Failed> {
    for (name, subject) in [JOBS, LETTERS] {
        let config = stream::Config {
            name: name.to_owned(),
            subjects: vec![subject.to_owned()],
            storage: stream::StorageType::Memory,
            ..stream::Config::default()
        };
        broker.create_stream(config).await?;
    }
    Ok(())
}

/// What lies there for a group of processes.
#[derive(Clone)]
pub(crate) struct Inbox {
    stream: Stream,
    consumer: PullConsumer,
}

impl Inbox {
    /// The jobs. The broker has `patience` with the first delivery of each.
    pub(crate) async fn of_jobs(broker: &str, patience: Duration) -> Result<Self, Failed> {
        Self::open(broker, JOBS.0, vec![patience, PATIENT]).await
    }

    /// The dead letters.
    pub(crate) async fn of_letters(broker: &str) -> Result<Self, Failed> {
        Self::open(broker, LETTERS.0, vec![PATIENT]).await
    }

    /// Opens an inbox as soon as its stream is there.
    async fn open(broker: &str, stream: &str, patience: Vec<Duration>) -> Result<Self, Failed> {
        let broker = jetstream::new(async_nats::connect(broker).await?);
        let stream = loop {
            match broker.get_stream(stream).await {
                Ok(stream) => break stream,
                Err(_) => time::sleep(SOON).await,
            }
        };
        let config = pull::Config {
            durable_name: Some("alerts".to_owned()),
            backoff: patience,
            max_deliver: LIMIT,
            ..pull::Config::default()
        };
        let consumer = stream.get_or_create_consumer("alerts", config).await?;
        Ok(Self { stream, consumer })
    }

    /// The next job, if one comes in time.
    pub(crate) async fn next(&self) -> Result<Option<Job>, Failed> {
        let asked = self.consumer.fetch().max_messages(1).expires(PATIENT);
        let mut messages = asked.messages().await?;
        messages.try_next().await?.map(Job::of).transpose()
    }

    /// Waits until the broker has a last word on everything: how many messages those were.
    pub(crate) async fn empty(&mut self) -> Result<u64, Failed> {
        loop {
            let over = self.consumer.info().await?.ack_floor.stream_sequence;
            let published = self.stream.info().await?.state.last_sequence;
            if over == published {
                return Ok(published);
            }
            time::sleep(SOON).await;
        }
    }
}
