//! An Erlang node and a Rust node call each other, and nobody knows for whom.
//!
//! Given: `search` is a hidden node that is connected to `stock`, a real Erlang one. Their messages are
//! `{Carrier, Message}`, and the carrier is empty (`search.rs`, `stock.erl`). `otlp.erl` makes spans.
//! Goal: one trace, from Rust to the BEAM, back to Rust, and back again.
//! Done when: each call is CLIENT and SERVER in one trace, the question for the price is the work of
//! the reservation, and what nobody waits for has a link.

mod search;
mod stock;

use std::collections::HashMap;

use beam::{CallError, Link, Term};
use opentelemetry::Context;
use tracing::{Instrument, Span, field::Empty, info_span};
#[allow(unused_imports, reason = "for the gaps")]
use {
    beam::{carrier_from, carrier_term},
    opentelemetry::propagation::TextMapPropagator,
    opentelemetry_sdk::propagation::TraceContextPropagator,
};

pub use search::search;
pub use stock::{INSTALL, is_installed, stock};

/// What a propagator writes into and reads from.
type Carrier = HashMap<String, String>;

/// The first part of each message: whose work it is.
fn sender() -> Term {
    // ANCHOR: write
    // TODO(17.1): write the context that is current
    let carrier = Carrier::new();
    // END(17.1)
    // ANCHOR_END: write
    carrier_term(&carrier)
}

/// The context of whoever sent a message, by its first part.
fn caller(sender: &Term) -> Context {
    // ANCHOR: read
    // TODO(17.2): read what the BEAM has written
    let _ = sender;
    Context::new()
    // END(17.2)
    // ANCHOR_END: read
}

/// Reserves a car at the other node.
async fn reserve(link: &Link, car: u32) -> Result<Term, CallError> {
    let span = call_span();
    let reserved = search::ask(link, car).instrument(span.clone()).await;
    if let Err(error) = &reserved {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", reason(error));
    }
    reserved
}

fn call_span() -> Span {
    info_span!(
        "stock/reserve",
        otel.kind = "client",
        otel.status_code = Empty,
        error.type = Empty,
        rpc.system.name = "erlang",
        rpc.method = "stock/reserve",
    )
}

fn reason(error: &CallError) -> &'static str {
    match error {
        CallError::NoProcess => "no_process",
        CallError::Down(_) => "process_down",
        CallError::Timeout => "timeout",
        CallError::NoConnection => "node_down",
    }
}
