//! What an envelope costs: `cargo bench --package traced-envelope`.
//!
//! Each case seals a message in the current context and opens it up to the context in which the
//! receiver's span begins. `Context::clone` and attaching it are what a message would cost that
//! holds the live context instead.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use opentelemetry::{
    Context, KeyValue,
    baggage::BaggageExt,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use traced_envelope::{Carrier, Envelope, Relation};

/// A context as a sender has it: a span, and what is asked for beside it.
fn sender(flags: TraceFlags, state: TraceState) -> Context {
    let trace = TraceId::from(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
    let span = SpanId::from(0x00f0_67aa_0ba9_02b7);
    Context::new().with_remote_span_context(SpanContext::new(trace, span, flags, true, state))
}

fn there_and_back(relation: Relation) -> Context {
    let (message, handled) = black_box(Envelope::seal(black_box(7_u64), relation)).open();
    black_box(message);
    handled.context().clone()
}

fn envelopes(criterion: &mut Criterion) {
    let plain = sender(TraceFlags::SAMPLED, TraceState::NONE);
    let unsampled = sender(TraceFlags::NOT_SAMPLED, TraceState::NONE);
    let state = TraceState::from_key_value([("vendor", "1")]).expect("a valid tracestate");
    let state = sender(TraceFlags::SAMPLED, state);
    let baggage =
        plain.with_baggage([KeyValue::new("customer", "7"), KeyValue::new("plan", "pro")]);
    let cases = [
        ("child", Relation::Child, &plain),
        ("link", Relation::Link, &plain),
        ("none", Relation::None, &plain),
        ("child, unsampled", Relation::Child, &unsampled),
        ("link, unsampled", Relation::Link, &unsampled),
        ("child, tracestate", Relation::Child, &state),
        ("child, two entries of baggage", Relation::Child, &baggage),
    ];
    let mut group = criterion.benchmark_group("seal and open");
    for (name, relation, context) in cases {
        let _current = context.clone().attach();
        group.bench_function(name, |bencher| bencher.iter(|| there_and_back(relation)));
    }
    group.finish();
    criterion.bench_function("Context::clone", |bencher| {
        bencher.iter(|| black_box(&plain).clone());
    });
    let _current = plain.attach();
    let header = Carrier::current().traceparent().unwrap_or_default();
    criterion.bench_function("headers there and back", |bencher| {
        bencher.iter(|| Carrier::from_headers(black_box(&header), "", "").traceparent());
    });
}

criterion_group!(benches, envelopes);
criterion_main!(benches);
