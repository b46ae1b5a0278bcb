//! code: missing-span
//! why: the acknowledgement is in the right place of the trace, and the span above it ended before it

mod carrier;
mod feed;
mod indexer;
mod spans;

use async_nats::{HeaderMap, header::NATS_MESSAGE_ID, jetstream::Message};
use opentelemetry::Context;
use tracing::Instrument;
#[allow(unused_imports, reason = "for the gaps")]
use {
    carrier::{Incoming, Outgoing},
    opentelemetry::{propagation::TextMapPropagator, trace::TraceContextExt},
    opentelemetry_sdk::propagation::TraceContextPropagator,
    tracing_opentelemetry::OpenTelemetrySpanExt,
};

pub use broker::{INSTALL, is_installed, serve as broker};
pub use feed::dealer_feed;
pub use indexer::indexer;
use indexer::{Failed, Index};

/// What goes along with an offer. Called within the span of its publishing.
fn headers(offer: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(NATS_MESSAGE_ID, offer);
    // ANCHOR: write
    // DONE(20.1): the message says who publishes it
    let carrier = &mut Outgoing(&mut headers);
    TraceContextPropagator::new().inject_context(&Context::current(), carrier);
    // END(20.1)
    // ANCHOR_END: write
    headers
}

/// The context in which a message was published.
fn publisher(message: &Message) -> Context {
    // ANCHOR: read
    // DONE(20.2): read what the message says
    let none = HeaderMap::new();
    let carrier = Incoming(message.headers.as_ref().unwrap_or(&none));
    TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier)
    // END(20.2)
    // ANCHOR_END: read
}

/// Puts the car of a message into the index, and tells the broker that this is done.
async fn handle(message: &Message, publisher: Context, index: &Index) -> Result<(), Failed> {
    // ANCHOR: handle
    // DONE(20.3): a trace of its own, with a link, from the work to the acknowledgement
    let span = spans::process(message);
    span.add_link(publisher.span().span_context().clone());
    index.add(message).instrument(span.clone()).await;
    let ack = span.in_scope(spans::ack);
    drop(span);
    message.double_ack().instrument(ack).await
    // END(20.3)
    // ANCHOR_END: handle
}
