//! Ten messages are worked for at once, and they come from six requests. Whose work is that?
//!
//! Given: `dealer-feed` publishes what dealers offer; `indexer` fetches a batch when it is time, and its
//! sampler records what anybody sampled asked for (`feed.rs`, `indexer.rs`, `sampler.rs`, `spans.rs`).
//! Goal: one span for the batch, which says whose work it is and how much.
//! Done when: the span of a batch is a root with a link to each publisher, once, all of them there when
//! it begins; it counts the messages; and the index is written and acknowledged within it.

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
    // ANCHOR: once
    // DONE(21.1): each of them once, and nobody where there is none
    let mut known = HashSet::new();
    let valid = contexts.filter(SpanContext::is_valid);
    let id = |context: &SpanContext| (context.trace_id(), context.span_id());
    valid.filter(|context| known.insert(id(context))).collect()
    // END(21.1)
    // ANCHOR_END: once
}

/// Puts the cars of a batch into the index, and tells the broker that this is done.
async fn handle(messages: &[Message], index: &Index) -> Result<(), Failed> {
    let span = spans::process();
    // ANCHOR: number
    // DONE(21.2): how many messages these are
    span.record("messaging.batch.message_count", messages.len() as i64);
    // END(21.2)
    // ANCHOR_END: number
    // ANCHOR: begin
    // DONE(21.3): whose work this is, before the span begins
    for publisher in publishers(messages) {
        span.add_link(publisher);
    }
    let work = async {
        index.write(messages).await;
        ack(messages).await
    };
    work.instrument(span).await
    // END(21.3)
    // ANCHOR_END: begin
}
