//! The link is added when the work is done. It counts as much; only a sampler would not have seen it.

mod carrier;
mod feed;
mod indexer;
mod spans;

use async_nats::{HeaderMap, header::NATS_MESSAGE_ID, jetstream::Message};
use opentelemetry::Context;
use tracing::{Instrument, Span};
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
    let span = spans::process(message);
    let work = async {
        index.add(message).await;
        let acked = message.double_ack().instrument(spans::ack()).await;
        Span::current().add_link(publisher.span().span_context().clone());
        acked
    };
    work.instrument(span).await
}
