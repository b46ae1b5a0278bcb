//! A pipeline of one test: its spans stay in memory.

#![allow(dead_code, reason = "each test uses a part of it")]

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{
    InMemorySpanExporter, Sampler, SdkTracerProvider, ShouldSample, SpanData,
};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt;

pub(crate) struct Spans {
    exporter: InMemorySpanExporter,
    _provider: SdkTracerProvider,
    _default: DefaultGuard,
}

impl Spans {
    /// Collects the spans of this thread.
    pub(crate) fn here() -> Self {
        Self::sampled_by(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
    }

    pub(crate) fn sampled_by(sampler: impl ShouldSample + 'static) -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_sampler(sampler)
            .with_simple_exporter(exporter.clone())
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let subscriber = tracing_subscriber::registry().with(layer);
        Self {
            exporter,
            _provider: provider,
            _default: tracing::subscriber::set_default(subscriber),
        }
    }

    /// The spans that have ended, in the order of their ends.
    pub(crate) fn ended(&self) -> Vec<SpanData> {
        self.exporter
            .get_finished_spans()
            .expect("the exporter is not shut down")
    }

    /// Those that have a name.
    pub(crate) fn named(&self, name: &str) -> Vec<SpanData> {
        let mut spans = self.ended();
        spans.retain(|span| span.name == name);
        spans
    }

    /// The only one that has a name.
    pub(crate) fn one(&self, name: &str) -> SpanData {
        let spans = self.named(name);
        assert_eq!(spans.len(), 1, "{name}: {:?}", self.ended());
        spans.into_iter().next().expect("it was counted")
    }
}

pub(crate) fn is_child(child: &SpanData, parent: &SpanData) -> bool {
    child.parent_span_id == parent.span_context.span_id() && same_trace(child, parent)
}

pub(crate) fn same_trace(one: &SpanData, other: &SpanData) -> bool {
    one.span_context.trace_id() == other.span_context.trace_id()
}

/// Whether `span` is a root of its own trace with exactly one link, to `other`.
pub(crate) fn only_links(span: &SpanData, other: &SpanData) -> bool {
    let links: Vec<_> = span.links.iter().map(|link| &link.span_context).collect();
    let [link] = links[..] else { return false };
    let is_root = span.parent_span_id == opentelemetry::SpanId::INVALID;
    is_root
        && !same_trace(span, other)
        && link.span_id() == other.span_context.span_id()
        && link.trace_id() == other.span_context.trace_id()
}
