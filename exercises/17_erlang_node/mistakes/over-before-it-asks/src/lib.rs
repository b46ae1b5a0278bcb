//! code: wrong-status
//! why: the span of the reservation has ended before anything is done, and knows nothing of the crash

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
    // DONE(17.1): write the context that is current
    let mut carrier = Carrier::new();
    TraceContextPropagator::new().inject_context(&Context::current(), &mut carrier);
    // END(17.1)
    // ANCHOR_END: write
    carrier_term(&carrier)
}

/// The context of whoever sent a message, by its first part.
fn caller(sender: &Term) -> Context {
    // ANCHOR: read
    // DONE(17.2): read what the BEAM has written
    let carrier: Carrier = carrier_from(sender);
    TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier)
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
