//! A job: a message of the broker, and what can be done with it. Nothing to do in here.

use std::{
    error::Error,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use async_nats::{
    HeaderMap,
    jetstream::{AckKind, Message},
};
use opentelemetry::{Context, propagation::TextMapPropagator, trace::TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{
    carrier::{Incoming, Outgoing},
    spans,
};

/// Whatever goes wrong with a broker.
pub(crate) type Failed = Box<dyn Error + Send + Sync>;

/// How often a job is tried.
pub(crate) const ATTEMPTS: i64 = 3;

/// How long a job waits after its attempt of that number: longer each time.
pub(crate) fn back_off(number: i64) -> Duration {
    Duration::from_millis(20) * u32::try_from(number).unwrap_or_default()
}

/// When a delayed job is due, in milliseconds since the Unix epoch.
const DUE: &str = "Due";

/// What goes along with a message that is published now, within the span of its publishing.
pub(crate) fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    let carrier = &mut Outgoing(&mut headers);
    TraceContextPropagator::new().inject_context(&Context::current(), carrier);
    headers
}

/// The same, for a job that is due later.
pub(crate) fn headers_of_a_delayed_job(delay: Duration) -> HeaderMap {
    let mut headers = headers();
    let due = now().saturating_add(delay);
    headers.insert(DUE, due.as_millis().to_string());
    headers
}

fn now() -> Duration {
    UNIX_EPOCH.elapsed().unwrap_or_default()
}

/// A job as it is delivered, for the first time or again.
pub(crate) struct Job {
    message: Message,
    car: u32,
    deliveries: i64,
    /// How long ago it was published.
    age: Duration,
}

impl Job {
    /// Reads what the broker says about a message.
    pub(crate) fn of(message: Message) -> Result<Self, Failed> {
        // What is no number is no car, and no reason to end: the message would come again.
        let car = String::from_utf8_lossy(&message.payload).parse();
        let info = message.info()?;
        let published = SystemTime::from(info.published);
        Ok(Self {
            car: car.unwrap_or_default(),
            deliveries: info.delivered,
            age: published.elapsed().unwrap_or_default(),
            message,
        })
    }

    /// The car that somebody wants to hear of.
    pub(crate) fn car(&self) -> u32 {
        self.car
    }

    /// How often the broker has delivered it, this time included.
    pub(crate) fn deliveries(&self) -> i64 {
        self.deliveries
    }

    /// Whether it was asked for to be done later. Its first delivery goes back, until it is due.
    #[allow(dead_code, reason = "for the gaps")]
    pub(crate) fn is_delayed(&self) -> bool {
        self.due().is_some()
    }

    /// How long it goes back, where this delivery comes too early.
    pub(crate) fn too_early(&self) -> Option<Duration> {
        let due = self.due().filter(|_| self.deliveries == 1)?;
        Some(due.saturating_sub(now()))
    }

    fn due(&self) -> Option<Duration> {
        let due = self.message.headers.as_ref()?.get(DUE)?;
        due.as_str().parse().ok().map(Duration::from_millis)
    }

    /// What came with it. It is the same with each delivery.
    pub(crate) fn headers(&self) -> HeaderMap {
        self.message.headers.clone().unwrap_or_default()
    }

    /// The context in which it was published.
    pub(crate) fn publisher(&self) -> Context {
        let headers = self.headers();
        TraceContextPropagator::new().extract_with_context(&Context::new(), &Incoming(&headers))
    }

    /// A span of work for it.
    pub(crate) fn span(&self) -> Span {
        spans::process(&self.message.subject, self.car, self.age)
    }

    /// Tells the broker that it is done with.
    pub(crate) async fn ack(&self) -> Result<(), Failed> {
        self.settle(AckKind::Ack, self.settling("ack", None)).await
    }

    /// Tells the broker to deliver it again, later.
    pub(crate) async fn put_back(&self, delay: Duration) -> Result<(), Failed> {
        let span = self.settling("nak", Some(delay));
        self.settle(AckKind::Nak(Some(delay)), span).await
    }

    /// Tells the broker that it is not worth another delivery.
    pub(crate) async fn give_up(&self) -> Result<(), Failed> {
        self.settle(AckKind::Term, self.settling("term", None))
            .await
    }

    // ANCHOR: postpone
    /// Puts back what came too early. Nobody works for it yet, so no attempt is around
    /// this call, and its own link says whose job it is.
    pub(crate) async fn postpone(&self, delay: Duration) -> Result<(), Failed> {
        let span = self.settling("nak", Some(delay));
        span.add_link(self.publisher().span().span_context().clone());
        self.settle(AckKind::Nak(Some(delay)), span).await
    }
    // ANCHOR_END: postpone

    fn settling(&self, operation: &str, delay: Option<Duration>) -> Span {
        spans::settle(operation, &self.message.subject, delay)
    }

    async fn settle(&self, kind: AckKind, span: Span) -> Result<(), Failed> {
        self.message.double_ack_with(kind).instrument(span).await
    }

    /// Sends it on to another subject, and waits until the broker has it.
    pub(crate) async fn send(
        &self,
        subject: &'static str,
        headers: HeaderMap,
    ) -> Result<(), Failed> {
        let body = self.message.payload.clone();
        let broker = &self.message.context;
        let sent = broker.publish_with_headers(subject, headers, body).await?;
        sent.await?;
        Ok(())
    }
}
