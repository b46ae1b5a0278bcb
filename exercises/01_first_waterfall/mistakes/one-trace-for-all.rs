//! code: false-join
//! why: everything that one program does in one trace sounds tidy; it puts two customers into it

use std::sync::OnceLock;

use marketplace::{Car, Market};
use opentelemetry::{
    Context, ContextGuard, global,
    trace::{Span, SpanContext, TraceContextExt, Tracer},
};

/// Finds the cars that match `query`, the best offer first.
pub fn search(market: &Market, query: &str) -> Vec<Car> {
    let _search = open();
    let tracer = global::tracer("search");
    let found = tracer.in_span("find listings", |_| market.find_listings(query));
    let valued = tracer.in_span("value cars", |_| market.value(found));
    tracer.in_span("score cars", |_| market.score(valued))
}

/// A span below the first one that this program ever made.
fn open() -> ContextGuard {
    static FIRST: OnceLock<SpanContext> = OnceLock::new();
    let parent = FIRST.get().map_or_else(Context::new, |first| {
        Context::new().with_remote_span_context(first.clone())
    });
    let span = global::tracer("search").start_with_context("search cars", &parent);
    let _ = FIRST.set(span.span_context().clone());
    Context::current_with_span(span).attach()
}
