//! What ten messages of six requests cost as one span, as a span for each, and as both.
//! `cargo bench -p batches-solution`
//!
//! Spans are made, linked, entered, left and dropped, as the indexer does it; nobody exports them.

mod designs;

use criterion::{Criterion, criterion_group, criterion_main};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;

fn costs(criterion: &mut Criterion) {
    let provider = SdkTracerProvider::builder().build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        for (name, design) in designs::DESIGNS {
            criterion.bench_function(name, |bench| bench.iter(design));
        }
    });
}

criterion_group!(benches, costs);
criterion_main!(benches);
