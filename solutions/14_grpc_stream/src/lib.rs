//! A call that streams answers with its first row, and its work begins after that.
//!
//! Given: `search` asks `quotes` over gRPC, and dealers answer row by row (`quotes.rs`, `search.rs`).
//! `Call` is the span of a call, `Incoming` and `Outgoing` are metadata as carriers.
//! Goal: a call is one CLIENT and one SERVER span, from the request to the last row.
//! Done when: both services are in one trace, what dealers do for a row is below the SERVER span, each
//! row is an event, and both spans say how the call ended: also when nobody reads on.

mod call;
mod carrier;
mod quotes;
mod search;

use futures_util::{Stream, stream::BoxStream};
use opentelemetry::Context;
use tonic::{Code, Status, metadata::MetadataMap};
#[allow(unused_imports, reason = "for the gaps")]
use {
    carrier::{Incoming, Outgoing},
    futures_util::stream,
    opentelemetry::global,
    std::task::{Poll, ready},
    tracing_opentelemetry::OpenTelemetrySpanExt,
};

use call::Call;
pub use quotes::quotes;
pub use search::search;

/// The context that a call brought along.
fn caller(metadata: &MetadataMap) -> Context {
    // ANCHOR: read
    // DONE(14.1): read what the caller wrote
    global::get_text_map_propagator(|propagator| {
        propagator.extract_with_context(&Context::new(), &Incoming(metadata))
    })
    // END(14.1)
    // ANCHOR_END: read
}

/// Writes the context of the call into what it takes along.
fn send_along(call: &Call, metadata: &mut MetadataMap) {
    // ANCHOR: write
    // DONE(14.2): write whose work the call is
    let context = call.span().context();
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&context, &mut Outgoing(metadata));
    });
    // END(14.2)
    // ANCHOR_END: write
}

// ANCHOR: rows
/// The rows of a call: they go out on one side, and come in on the other.
fn rows<T: Send + 'static>(
    rows: impl Stream<Item = Result<T, Status>> + Send + 'static,
    mut call: Call,
) -> BoxStream<'static, Result<T, Status>> {
    // DONE(14.3): the call lasts until its last row
    let mut rows = Box::pin(rows);
    Box::pin(stream::poll_fn(move |waker| {
        let span = call.span().clone();
        let row = ready!(span.in_scope(|| rows.as_mut().poll_next(waker)));
        call.saw(&row);
        Poll::Ready(row)
    }))
    // END(14.3)
}
// ANCHOR_END: rows

// ANCHOR: gone
impl Drop for Call {
    fn drop(&mut self) {
        // DONE(14.4): nobody reads on, and the call has not ended
        self.end(Code::Cancelled);
        // END(14.4)
    }
}
// ANCHOR_END: gone
