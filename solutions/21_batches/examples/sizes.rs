//! What leaves the process for ten messages of six requests, by design: a table for the book.
//! `cargo run -p batches-solution --example sizes` prints it.

#[path = "../benches/designs/mod.rs"]
mod designs;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use opentelemetry::{Context, trace::TracerProvider};
use opentelemetry_proto::tonic::trace::v1::Span as OtlpSpan;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, Span, SpanData, SpanProcessor},
};
use prost::Message;
use tracing_subscriber::layer::SubscriberExt;

fn main() {
    println!("<!-- ANCHOR: sizes -->");
    println!("| ten messages of six publishers | spans | links | bytes |");
    println!("|---|---:|---:|---:|");
    for (name, design) in designs::DESIGNS {
        let spans = Ended::within(design);
        let links: usize = spans.iter().map(|span| span.links.len()).sum();
        let bytes: usize = spans.iter().map(Message::encoded_len).sum();
        println!("| {name} | {} | {links} | {bytes} |", spans.len());
    }
    println!("<!-- ANCHOR_END: sizes -->");
}

/// The spans that have ended, as OTLP writes them.
#[derive(Clone, Debug, Default)]
struct Ended(Arc<Mutex<Vec<OtlpSpan>>>);

impl Ended {
    fn within(design: fn()) -> Vec<OtlpSpan> {
        let ended = Self::default();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(ended.clone())
            .build();
        // Without what differs from one machine to the next.
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("sizes"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false);
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, design);
        let ended = ended.0.lock();
        ended.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl SpanProcessor for Ended {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let ended = self.0.lock();
        ended
            .unwrap_or_else(PoisonError::into_inner)
            .push(span.into());
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
