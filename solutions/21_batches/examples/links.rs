//! What becomes of a link, by how and when it is added: two tables for the book.
//! `cargo run -p batches-solution --example links` prints them.

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::{
    Context, KeyValue, SpanId, TraceFlags, TraceId,
    trace::{Link, Span as _, SpanContext, SpanKind, TraceState, Tracer, TracerProvider},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{
        Sampler, SamplingResult, SdkTracer, SdkTracerProvider, ShouldSample, SpanData,
        SpanProcessor,
    },
};
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

/// How the one span of a case is made.
type Case = fn(&SdkTracer);

const WHEN: [(&str, Case); 8] = [
    ("`span.add_link(…)` at once", |_| {
        let span = info_span!("case");
        span.add_link(publisher(1));
        span.in_scope(|| ());
    }),
    ("… within the span", |_| {
        info_span!("case").in_scope(|| Span::current().add_link(publisher(1)));
    }),
    ("… after it was entered and left", |_| {
        let span = info_span!("case");
        span.in_scope(|| ());
        span.add_link(publisher(1));
    }),
    ("… after `span.context()`", |_| {
        let span = info_span!("case");
        let _ = span.context();
        span.add_link(publisher(1));
    }),
    ("… after it has become a parent", |_| {
        let span = info_span!("case");
        let _child = info_span!(parent: &span, "child");
        span.add_link(publisher(1));
    }),
    ("`span.follows_from(&other)` at once", |_| {
        let span = info_span!("case");
        let other = info_span!("other");
        span.follows_from(&other);
    }),
    ("OpenTelemetry: `builder.with_links(…)`", |tracer| {
        let builder = tracer.span_builder("case");
        drop(builder.with_links(links([1])).start(tracer));
    }),
    ("OpenTelemetry: `span.add_link(…)`", |tracer| {
        let mut span = tracer.start("case");
        span.add_link(publisher(1), Vec::new());
    }),
];

/// With the limit that the provider is given, where it is given one.
const WHICH: [(&str, Option<u32>, Case); 5] = [
    ("the same publisher twice", None, |_| {
        let span = info_span!("case");
        span.add_link(publisher(1));
        span.add_link(publisher(1));
    }),
    (
        "nobody, by `add_link` of `tracing-opentelemetry`",
        None,
        |_| {
            info_span!("case").add_link(SpanContext::empty_context());
        },
    ),
    ("nobody, by `with_links` of OpenTelemetry", None, |tracer| {
        let nobody = vec![Link::with_context(SpanContext::empty_context())];
        let builder = tracer.span_builder("case");
        drop(builder.with_links(nobody).start(tracer));
    }),
    ("200 publishers", None, two_hundred),
    (
        "200, and `with_max_links_per_span(256)`",
        Some(256),
        two_hundred,
    ),
];

fn two_hundred(_: &SdkTracer) {
    let span = info_span!("case");
    (1..=200).for_each(|id| span.add_link(publisher(id)));
}

fn main() {
    println!("<!-- ANCHOR: when -->");
    println!("| a link is added by | the sampler sees it | it is exported |");
    println!("|---|---|---|");
    for (how, case) in WHEN {
        let seen = Seen::of(case, None);
        let [asked, exported] = [seen.asked, seen.exported].map(yes_or_no);
        println!("| {how} | {asked} | {exported} |");
    }
    println!("<!-- ANCHOR_END: when -->");
    println!("<!-- ANCHOR: which -->");
    println!("| links to | the sampler sees | exported | told as dropped |");
    println!("|---|---:|---:|---:|");
    for (which, limit, case) in WHICH {
        let Seen {
            asked,
            exported,
            dropped,
            ..
        } = Seen::of(case, limit);
        println!("| {which} | {asked} | {exported} | {dropped} |");
    }
    println!("<!-- ANCHOR_END: which -->");
}

fn yes_or_no(links: usize) -> &'static str {
    if links == 1 { "yes" } else { "**no**" }
}

/// Somebody who has published a message.
fn publisher(id: u64) -> SpanContext {
    let trace = TraceId::from(u128::from(id));
    let state = TraceState::NONE;
    SpanContext::new(trace, SpanId::from(id), TraceFlags::SAMPLED, true, state)
}

fn links<const N: usize>(ids: [u64; N]) -> Vec<Link> {
    ids.map(publisher).map(Link::with_context).into()
}

/// How many links of the span `case` were seen where.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    asked: usize,
    exported: usize,
    dropped: u32,
    /// How many such spans have ended.
    ended: usize,
}

impl Seen {
    fn of(case: Case, limit: Option<u32>) -> Self {
        let watch = Watch::default();
        let provider = SdkTracerProvider::builder()
            .with_sampler(watch.clone())
            .with_span_processor(watch.clone());
        let provider = match limit {
            Some(links) => provider.with_max_links_per_span(links),
            None => provider,
        };
        let provider = provider.build();
        let tracer = provider.tracer("links");
        let layer = tracing_opentelemetry::layer().with_tracer(tracer.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || case(&tracer));
        let seen = watch.note(|seen| *seen);
        assert_eq!(seen.ended, 1, "a case is one span");
        seen
    }
}

/// A sampler and an exporter that count.
#[derive(Clone, Debug, Default)]
struct Watch(Arc<Mutex<Seen>>);

impl Watch {
    fn note<T>(&self, note: impl FnOnce(&mut Seen) -> T) -> T {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ShouldSample for Watch {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        if name == "case" {
            self.note(|seen| seen.asked = links.len());
        }
        Sampler::AlwaysOn.should_sample(parent, trace, name, kind, attributes, links)
    }
}

impl SpanProcessor for Watch {
    fn on_start(&self, _: &mut opentelemetry_sdk::trace::Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.name == "case" {
            self.note(|seen| {
                (seen.exported, seen.dropped) = (span.links.len(), span.links.dropped_count);
                seen.ended += 1;
            });
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult {
        Ok(())
    }
}
