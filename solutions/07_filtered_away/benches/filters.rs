//! What a span costs that nobody wants, by who does not want it: made, entered, left and dropped.
//! `cargo bench -p filtered-away-solution`

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Level, Subscriber, info_span};
use tracing_subscriber::{
    Layer, Registry,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
};

/// A layer that wants everything and does nothing: another layer beside that of the spans.
struct Log;

impl<S: Subscriber> Layer<S> for Log {}

fn spans(sampler: Sampler) -> impl Layer<Registry> + Send + Sync {
    let provider = SdkTracerProvider::builder().with_sampler(sampler).build();
    tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"))
}

fn measure(criterion: &mut Criterion, name: &str, subscriber: impl Subscriber + Send + Sync) {
    tracing::subscriber::with_default(subscriber, || {
        criterion.bench_function(name, |bench| {
            bench.iter(|| info_span!("case", id = black_box(7)).in_scope(|| black_box(())));
        });
    });
}

fn filters(criterion: &mut Criterion) {
    let recorded = || spans(Sampler::AlwaysOn);
    let warn = || Targets::new().with_default(Level::WARN);
    let registry = tracing_subscriber::registry;
    measure(
        criterion,
        "nobody listens",
        registry().with(LevelFilter::OFF),
    );
    measure(
        criterion,
        "one filter for everything",
        registry().with(recorded()).with(warn()),
    );
    let both = registry().with(recorded().with_filter(warn()));
    measure(
        criterion,
        "a filter for each layer, refused by all",
        both.with(Log.with_filter(warn())),
    );
    let log_only = registry().with(recorded().with_filter(warn()));
    measure(
        criterion,
        "a filter for each layer, wanted by the log",
        log_only.with(Log),
    );
    measure(
        criterion,
        "not sampled",
        registry().with(spans(Sampler::AlwaysOff)),
    );
    measure(criterion, "recorded", registry().with(recorded()));
}

criterion_group!(benches, filters);
criterion_main!(benches);
