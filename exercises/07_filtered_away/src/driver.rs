//! Somebody else's driver for a database. Nothing to do in here.

use marketplace::{Car, Market};
use opentelemetry::{
    Context, KeyValue, global,
    trace::{SpanKind, TraceContextExt, Tracer},
};
use tracing::{error, info_span, trace, warn};

/// The target of this driver's spans and log lines, as if it were a crate of its own.
const TARGET: &str = "driver";

/// Selects one car. The driver works in the context that it is given.
pub(crate) fn select(market: &Market, id: u32, context: &Context) -> Option<Car> {
    let tracer = global::tracer(TARGET);
    let builder = tracer
        .span_builder("SELECT cars")
        .with_kind(SpanKind::Client)
        .with_attributes([KeyValue::new("db.system.name", "sqlite")]);
    let _current = context
        .with_span(tracer.build_with_context(builder, context))
        .attach();
    let _lock = info_span!(target: TARGET, "lock connection").entered();
    error!(target: TARGET, "one connection of three is down");
    warn!(target: TARGET, "waited for a connection");
    trace!(target: TARGET, "row 1 of 1");
    market
        .find_listings("golf")
        .into_iter()
        .find(|car| car.id == id)
}
