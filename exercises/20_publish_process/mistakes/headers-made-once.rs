//! code: wrong-link
//! why: Headers look like something of the connection: made once, and sent with each message. All of them name the first publisher.

mod carrier;
mod feed;
mod indexer;
mod spans;

use std::sync::OnceLock;

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
    static MADE: OnceLock<HeaderMap> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let mut made = HeaderMap::new();
        TraceContextPropagator::new().inject_context(&Context::current(), &mut Outgoing(&mut made));
        made
    });
    for (name, value) in made
        .iter()
        .flat_map(|(name, all)| all.iter().map(move |one| (name, one)))
    {
        headers.insert(name.clone(), value.clone());
    }
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
    span.add_link(publisher.span().span_context().clone());
    let work = async {
        index.add(message).await;
        message.double_ack().instrument(spans::ack()).await
    };
    work.instrument(span).await
}
