//! As what a number arrives that `tracing` is told: a table for the book.
//! `cargo run -p batches-solution --example types` prints it.

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::{Value, trace::TracerProvider};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};
use tracing::{Span, info_span};
use tracing_subscriber::layer::SubscriberExt;

/// Makes a span that is told something.
type Make = fn() -> Span;

/// How a value is told, and the span that is told it.
const VALUES: [(&str, Make); 6] = [
    ("`5_u16`", || info_span!("case", told = 5_u16)),
    ("`5_u64`", || info_span!("case", told = 5_u64)),
    ("`\"golf\".len()`", || {
        info_span!("case", told = "golf".len())
    }),
    ("`5_i64`", || info_span!("case", told = 5_i64)),
    ("`i64::from(5_u16)`", || {
        info_span!("case", told = i64::from(5_u16))
    }),
    ("`5_f64`", || info_span!("case", told = 5_f64)),
];

/// The attribute of the one span.
#[derive(Clone, Debug, Default)]
struct Told(Arc<Mutex<Option<Value>>>);

impl SpanExporter for Told {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let attributes = batch.into_iter().flat_map(|span| span.attributes);
        let told = attributes
            .into_iter()
            .find(|pair| pair.key.as_str() == "told");
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = told.map(|pair| pair.value);
        Ok(())
    }
}

fn main() {
    println!("<!-- ANCHOR: types -->");
    println!("| `tracing` is told | it arrives as |");
    println!("|---|---|");
    for (value, span) in VALUES {
        println!("| {value} | {} |", arrives(span));
    }
    println!("<!-- ANCHOR_END: types -->");
}

fn arrives(span: Make) -> String {
    let told = Told::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(told.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("types"));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || drop(span()));
    let told = told.0.lock().unwrap_or_else(PoisonError::into_inner);
    match &*told {
        Some(Value::I64(number)) => format!("the number {number}"),
        Some(Value::F64(number)) => format!("the number {number:?}"),
        Some(Value::String(text)) => format!("the text `{text}`"),
        other => format!("{other:?}"),
    }
}
