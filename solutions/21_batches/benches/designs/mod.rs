//! Ten messages of six requests as spans: one for all, or one for each. Measured in time by the bench
//! beside this, in bytes by `examples/sizes.rs`.

use opentelemetry::{
    SpanId, TraceFlags, TraceId,
    trace::{SpanContext, TraceState},
};
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Who published each of the messages.
const MESSAGES: [u64; 10] = [1, 6, 3, 4, 2, 5, 3, 1, 5, 3];
const PUBLISHERS: u64 = 6;

/// A way to show the batch, by its name.
pub(crate) type Design = (&'static str, fn());

pub(crate) const DESIGNS: [Design; 3] = [
    ("one span, a link to each publisher", || {
        batch().in_scope(|| ());
    }),
    ("a span for each message, with its link", each),
    ("both: the second within the first", || {
        batch().in_scope(each);
    }),
];

fn batch() -> Span {
    let span = process(MESSAGES.len());
    (1..=PUBLISHERS).for_each(|id| span.add_link(publisher(id)));
    span
}

fn each() {
    for id in MESSAGES {
        let span = process(1);
        span.add_link(publisher(id));
        span.in_scope(|| ());
    }
}

fn process(messages: usize) -> Span {
    info_span!(
        "messaging",
        otel.name = "process cars.offered",
        otel.kind = "consumer",
        messaging.system = "nats",
        messaging.destination.name = "cars.offered",
        messaging.operation.name = "process",
        messaging.operation.type = "process",
        messaging.consumer.group.name = "indexer",
        messaging.batch.message_count = messages as i64,
    )
}

fn publisher(id: u64) -> SpanContext {
    let trace = TraceId::from(u128::from(id));
    let state = TraceState::NONE;
    SpanContext::new(trace, SpanId::from(id), TraceFlags::SAMPLED, true, state)
}
