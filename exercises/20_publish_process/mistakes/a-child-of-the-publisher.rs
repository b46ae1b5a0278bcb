//! code: parent-instead-of-link
//! why: A call's context becomes the parent, so this one does as well. The broker may keep a message for days, and the publisher's trace would go on for as long.

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
    TraceContextPropagator::new().inject_context(&Context::current(), &mut Outgoing(&mut headers));
    headers
}

/// The context in which a message was published.
fn publisher(message: &Message) -> Context {
    let none = HeaderMap::new();
    let carrier = Incoming(message.headers.as_ref().unwrap_or(&none));
    TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier)
}

/// Puts the car of a message into the index, and tells the broker that this is done.
async fn handle(message: &Message, publisher: Context, index: &Index) -> Result<(), Failed> {
    let span = {
        let _current = publisher.attach();
        spans::process(message)
    };
    let work = async {
        index.add(message).await;
        message.double_ack().instrument(spans::ack()).await
    };
    work.instrument(span).await
}
