//! code: missing-link
//! why: One request, one trace, one link, it seems. A request that publishes twice has two spans that others ask about, and the second one finds nobody.

mod carrier;
mod feed;
mod indexer;
mod sampler;
mod spans;

use async_nats::{HeaderMap, jetstream::Message};
use opentelemetry::{
    Context,
    propagation::TextMapPropagator,
    trace::{SpanContext, TraceContextExt},
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
    let id = |context: &SpanContext| context.trace_id();
    valid.filter(|context| known.insert(id(context))).collect()
}

/// Puts the cars of a batch into the index, and tells the broker that this is done.
async fn handle(messages: &[Message], index: &Index) -> Result<(), Failed> {
    let span = spans::process();
    span.record("messaging.batch.message_count", messages.len() as i64);
    for publisher in publishers(messages) {
        span.add_link(publisher);
    }
    let work = async {
        index.write(messages).await;
        ack(messages).await
    };
    work.instrument(span).await
}
