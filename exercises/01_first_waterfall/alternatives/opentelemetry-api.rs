//! The OpenTelemetry API, without `tracing`.

use marketplace::{Car, Market};
use opentelemetry::{
    KeyValue, global,
    trace::{TraceContextExt, Tracer},
};

/// Finds the cars that match `query`, the best offer first.
pub fn search(market: &Market, query: &str) -> Vec<Car> {
    let tracer = global::tracer("search");
    tracer.in_span("search cars", |context| {
        let query_attribute = KeyValue::new("workshop.query", query.to_owned());
        context.span().set_attribute(query_attribute);
        let found = tracer.in_span("find listings", |_| market.find_listings(query));
        let valued = tracer.in_span("value cars", |_| market.value(found));
        tracer.in_span("score cars", |_| market.score(valued))
    })
}
