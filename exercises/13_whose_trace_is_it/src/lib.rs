//! The public edge believes everybody, and tells everybody everything.
//!
//! Given: `edge` answers partners, who are known by a key, and the open internet (`edge.rs`). It asks
//! `search`, which is one of us, and an advertiser, who is not.
//! Goal: nobody outside decides what your traces look like, and nobody outside reads them.
//! Done when: a partner's trace goes on, and anybody else's is a link of a trace of our own; of a
//! partner's baggage what is on the list goes on, and of anybody else's nothing; the advertiser is
//! sent no ids and no baggage; and each answer says in `traceresponse` which span answered.

mod edge;
mod search;

use axum::{extract::Request, http::HeaderMap};
use opentelemetry::Context;
use tracing::Span;
#[allow(unused_imports, reason = "for the gaps")]
use {
    edge::{as_header, is_partner},
    opentelemetry::{KeyValue, baggage::BaggageExt, trace::TraceContextExt},
    tracing_opentelemetry::OpenTelemetrySpanExt,
};

pub use edge::{Others, edge};
pub use search::{search, speak_w3c};

/// The baggage that our services use.
pub const ALLOWED: [&str; 1] = ["workshop.customer.tier"];

/// The span in which the edge answers; `sent` is the context in the request's headers.
fn server_span(request: &Request, sent: &Context) -> Span {
    // ANCHOR: trust
    // TODO(13.1): whose trace is it?
    let _current = admitted(sent).attach();
    traced_http::server_span(request)
    // END(13.1)
    // ANCHOR_END: trust
}

/// What a partner sends, as far as our services use it.
fn admitted(sent: &Context) -> Context {
    // ANCHOR: baggage
    // TODO(13.2): baggage that is on the list, and none beside it
    sent.clone()
    // END(13.2)
    // ANCHOR_END: baggage
}

/// Asks somebody who is none of us.
async fn ask_theirs(url: &str) -> traced_http::Result {
    // ANCHOR: theirs
    // TODO(13.3): what leaves our services says nothing of them
    traced_http::get(url).await
    // END(13.3)
    // ANCHOR_END: theirs
}

/// Says in an answer which span answered.
fn name_answer(span: &Span, headers: &mut HeaderMap) {
    // ANCHOR: answer
    // TODO(13.4): our ids, for whoever has a question about this answer
    let _ = (span, headers);
    // END(13.4)
    // ANCHOR_END: answer
}
