//! A broker keeps a message until somebody has time for it, and nobody knows whose it was.
//!
//! Given: `dealer-feed` publishes offers to a stream of NATS, and `indexer` fetches one after the other
//! (`feed.rs`, `indexer.rs`). `spans.rs` names the spans, `carrier.rs` makes headers a carrier.
//! Goal: what is done for a message has a trace of its own, with a link to whoever published it.
//! Done when: fetching and processing link to the publisher, and the indexer's acknowledgement is part
//! of the processing, after the work; what came without a context is linked to nobody.

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
    let work = async {
        index.add(message).await;
        message.double_ack().instrument(spans::ack()).await
    };
    work.instrument(span).await
    // END(20.3)
    // ANCHOR_END: handle
}
