//! What ten messages of six requests cost as one span with six links, and as a span for each message.
//! `cargo bench -p batches-solution`
//!
//! Spans are made, linked, entered, left and dropped, as the indexer does it; nobody exports them.

use criterion::{Criterion, criterion_group, criterion_main};
use opentelemetry::{
    SpanId, TraceFlags, TraceId,
    trace::{SpanContext, TraceState, TracerProvider},
};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

/// Who published each of the messages.
const MESSAGES: [u64; 10] = [1, 6, 3, 4, 2, 5, 3, 1, 5, 3];
const PUBLISHERS: u64 = 6;

fn publisher(id: u64) -> SpanContext {
    let trace = TraceId::from(u128::from(id));
    let state = TraceState::NONE;
    SpanContext::new(trace, SpanId::from(id), TraceFlags::SAMPLED, true, state)
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
        messaging.batch.message_count = messages,
    )
}

/// One span for all of them.
fn batch() -> Span {
    let span = process(MESSAGES.len());
    (1..=PUBLISHERS).for_each(|id| span.add_link(publisher(id)));
    span
}

/// A span for each message.
fn each() {
    for id in MESSAGES {
        let span = process(1);
        span.add_link(publisher(id));
        span.in_scope(|| ());
    }
}

fn costs(criterion: &mut Criterion) {
    let provider = SdkTracerProvider::builder().build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
    let subscriber = tracing_subscriber::registry().with(layer);
    let mut measure = |name: &str, work: fn()| {
        criterion.bench_function(name, |bench| {
            bench.iter(work);
        });
    };
    tracing::subscriber::with_default(subscriber, || {
        measure("one span, six links", || batch().in_scope(|| ()));
        measure("ten spans, a link each", each);
        measure("one span, six links, and ten within it", || {
            batch().in_scope(each);
        });
    });
}

criterion_group!(benches, costs);
criterion_main!(benches);
