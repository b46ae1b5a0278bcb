//! The span of the batch is made by the OpenTelemetry API, which takes its links at the start.

mod carrier;
mod feed;
mod indexer;
mod sampler;
mod spans;

use async_nats::{HeaderMap, jetstream::Message};
use opentelemetry::{
    Context, KeyValue,
    context::FutureExt,
    global,
    propagation::TextMapPropagator,
    trace::{Link, SpanContext, SpanKind, TraceContextExt, Tracer},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
#[allow(unused_imports, reason = "for the gaps")]
use std::collections::HashSet;
#[allow(unused_imports, reason = "for the gaps")]
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

pub use broker::{INSTALL, is_installed, serve as broker};
pub use feed::dealer_feed;
pub use indexer::indexer;
use indexer::{Failed, Index, ack};
pub use sampler::as_its_publishers;

/// The context in which a message was published; without a span where it says nothing.
fn publisher(message: &Message) -> Context {
    let none = HeaderMap::new();
    let carrier = carrier::Incoming(message.headers.as_ref().unwrap_or(&none));
    TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier)
}

/// Whoever published these messages.
fn publishers(messages: &[Message]) -> Vec<SpanContext> {
    let contexts = messages.iter().map(publisher);
    let contexts = contexts.map(|context| context.span().span_context().clone());
    let mut known = HashSet::new();
    let valid = contexts.filter(SpanContext::is_valid);
    let id = |context: &SpanContext| (context.trace_id(), context.span_id());
    valid.filter(|context| known.insert(id(context))).collect()
}

/// Puts the cars of a batch into the index, and tells the broker that this is done.
async fn handle(messages: &[Message], index: &Index) -> Result<(), Failed> {
    let links = publishers(messages).into_iter().map(Link::with_context);
    let count = i64::try_from(messages.len()).unwrap_or(i64::MAX);
    let tracer = global::tracer("indexer");
    let builder = tracer
        .span_builder("process cars.offered")
        .with_kind(SpanKind::Consumer)
        .with_links(links.collect())
        .with_attributes([
            KeyValue::new("messaging.system", "nats"),
            KeyValue::new("messaging.destination.name", "cars.offered"),
            KeyValue::new("messaging.operation.name", "process"),
            KeyValue::new("messaging.operation.type", "process"),
            KeyValue::new("messaging.consumer.group.name", "indexer"),
            KeyValue::new("messaging.batch.message_count", count),
        ]);
    let context = Context::new().with_span(builder.start_with_context(&tracer, &Context::new()));
    let work = async {
        index.write(messages).await;
        ack(messages).await
    };
    work.with_context(context).await
}
