//! Two customers are served at once, and both of them are in one trace.
//!
//! Given: both answers are right. `search` makes its span with `tracing` and `show` with the
//! OpenTelemetry API; each holds a guard, so that what is done on the way becomes a child.
//! Goal: a span is current while its own future runs, and at no other time.
//! Done when: each customer has a trace of his own with everything that was done for him and nothing
//! else, and nothing stays current on a thread: in one task, and on four threads.

#![allow(clippy::await_holding_invalid_type, reason = "for the gaps")]

use marketplace::{Car, FindError, Market, Region};
use opentelemetry::{
    Context, KeyValue, global,
    trace::{TraceContextExt, Tracer},
};
#[allow(unused_imports, reason = "for the gaps")]
use opentelemetry::{context::FutureExt, trace::SpanKind};
#[allow(unused_imports, reason = "for the gaps")]
use tracing::{Instrument, Span};
use tracing::{info_span, instrument};

// ANCHOR: search
/// The cars whose model is `query`, by id.
pub async fn search(market: Market, query: String) -> Vec<Car> {
    let span = info_span!("search cars", workshop.query = query);
    // TODO(04.1): `search cars` is current while this search runs
    let _current = span.enter();
    ask_all(&market, &query).await
    // END(04.1)
}
// ANCHOR_END: search

// ANCHOR: show
/// The car with this id, and how many cars of its model the dealers have.
pub async fn show(market: Market, id: u32) -> Result<(Car, usize), FindError> {
    let tracer = global::tracer("search");
    let number = KeyValue::new("workshop.car.id", i64::from(id));
    let span = tracer.span_builder("show car").with_attributes([number]);
    let context = Context::current_with_span(span.start(&tracer));
    // TODO(04.2): `show car` is current while this car is looked up
    let _current = context.attach();
    compare(&market, id).await
    // END(04.2)
}
// ANCHOR_END: show

/// Asks one source after the other.
async fn ask_all(market: &Market, query: &str) -> Vec<Car> {
    let mut found = vec![ask_dealers(market, query).await];
    for region in Region::ALL {
        found.push(ask_region(market, region, query).await);
    }
    merge(market, found)
}

async fn compare(market: &Market, id: u32) -> Result<(Car, usize), FindError> {
    let car = find_car(market, id).await?;
    let alike = ask_dealers(market, &car.model).await;
    Ok((car, alike.len()))
}

#[instrument(name = "ask dealers", skip_all)]
async fn ask_dealers(market: &Market, query: &str) -> Vec<Car> {
    market.ask_dealers(query).await
}

#[instrument(name = "ask region", skip_all, fields(workshop.region = %region))]
async fn ask_region(market: &Market, region: Region, query: &str) -> Vec<Car> {
    market.ask_region(region, query).await
}

#[instrument(name = "find car", skip_all)]
async fn find_car(market: &Market, id: u32) -> Result<Car, FindError> {
    market.find_car(id).await
}

// ANCHOR: merge
/// A guard is right here: nothing waits while it lives.
fn merge(market: &Market, found: Vec<Vec<Car>>) -> Vec<Car> {
    let _current = info_span!("merge cars").entered();
    market.merge(found)
}
// ANCHOR_END: merge
