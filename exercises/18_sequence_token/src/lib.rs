//! Erlang code that you cannot change hands a context on.
//!
//! Given: `desk` is an Erlang node with two processes, written for nobody's traces: a message goes from
//! one to the other, back to Rust for the price, and to Rust's book (`desk.erl`, `rates.erl`).
//! Goal: what happens because of a request is in its trace, and no message of theirs is changed.
//! Done when: the question for the price is a child of the call, the entry in the book has a link to
//! it, and two customers at once have a trace each.

#![allow(unused_mut, unused_variables, reason = "for the gaps")]

mod desk;
mod search;

use std::collections::HashMap;

use beam::{Token, binary, text};
use opentelemetry::{Context, propagation::TextMapPropagator, trace::TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

pub use desk::{INSTALL, desk, is_installed};
pub use search::search;

/// What a propagator writes into and reads from.
type Carrier = HashMap<String, String>;

/// The token of a call to the Erlang node: its label says whose work it is.
fn call_token() -> Option<Token> {
    let mut carrier = Carrier::new();
    // ANCHOR: label
    // TODO(18.1): write the context that is current
    // END(18.1)
    let label = carrier.get("traceparent")?;
    Some(Token::new(binary(label)))
    // ANCHOR_END: label
}

/// The context because of which a message was sent.
fn cause(token: Option<&Token>) -> Context {
    let mut carrier = Carrier::new();
    let label = token.map(|token| text(token.label()));
    // ANCHOR: cause
    // TODO(18.2): the label is a traceparent
    // END(18.2)
    TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier)
    // ANCHOR_END: cause
}

/// The token of an answer to a message that had one.
fn answer_token(asked: Option<&Token>) -> Option<Token> {
    // ANCHOR: answer
    // TODO(18.3): an Erlang process hands its token on; this one is none
    None
    // END(18.3)
    // ANCHOR_END: answer
}

/// The work for somebody who waits.
fn price_span(token: Option<&Token>) -> Span {
    let _current = cause(token).attach();
    info_span!(
        "price/ask",
        otel.kind = "server",
        rpc.system.name = "erlang",
        rpc.method = "price/ask",
    )
}

/// An entry in the book. Nobody waits for it.
fn counted(token: Option<&Token>) {
    let _nothing = Context::new().attach();
    let span = info_span!("count quote", otel.kind = "consumer");
    let cause = cause(token).span().span_context().clone();
    if cause.is_valid() {
        span.add_link(cause);
    }
}
