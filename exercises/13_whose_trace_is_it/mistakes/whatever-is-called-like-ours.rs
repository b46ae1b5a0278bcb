//! code: leaked-baggage
//! why: all keys of our services begin alike, and a prefix is shorter than a list

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
    // DONE(13.1): whose trace is it?
    let trusted = is_partner(request.headers());
    let caller = if trusted {
        admitted(sent)
    } else {
        Context::new()
    };
    let span = {
        let _current = caller.attach();
        traced_http::server_span(request)
    };
    let theirs = sent.span().span_context().clone();
    if !trusted && theirs.is_valid() {
        span.add_link(theirs);
    }
    span
    // END(13.1)
    // ANCHOR_END: trust
}

/// What a partner sends, as far as our services use it.
fn admitted(sent: &Context) -> Context {
    // ANCHOR: baggage
    // DONE(13.2): baggage that is on the list, and none beside it
    let ours = sent.baggage().iter();
    let ours = ours.filter(|(key, _)| key.as_str().starts_with("workshop."));
    let ours = ours.map(|(key, (value, _))| KeyValue::new(key.clone(), value.clone()));
    let theirs = sent.span().span_context().clone();
    Context::new()
        .with_remote_span_context(theirs)
        .with_baggage(ours)
    // END(13.2)
    // ANCHOR_END: baggage
}

/// Asks somebody who is none of us.
async fn ask_theirs(url: &str) -> traced_http::Result {
    // ANCHOR: theirs
    // DONE(13.3): what leaves our services says nothing of them
    traced_http::get_bare(url).await
    // END(13.3)
    // ANCHOR_END: theirs
}

/// Says in an answer which span answered.
fn name_answer(span: &Span, headers: &mut HeaderMap) {
    // ANCHOR: answer
    // DONE(13.4): our ids, for whoever has a question about this answer
    let context = span.context();
    let ours = as_header(context.span().span_context());
    headers.insert("traceresponse", ours);
    // END(13.4)
    // ANCHOR_END: answer
}
