//! What is left of a trace at each log level, with one filter for everything and with one for each layer.
//! `cargo run -p filtered-away-solution --example levels` prints the table for the book.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use opentelemetry::{
    Context,
    trace::{Tracer, TracerProvider},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, Span as SdkSpan, SpanData, SpanProcessor},
};
use tracing::{Event, Subscriber, debug, error, info, info_span, trace, trace_span, warn};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::{Context as LayerContext, SubscriberExt},
};

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
/// The target of what is of interest.
const OURS: &str = env!("CARGO_CRATE_NAME");

fn main() {
    print!("{}", table());
}

/// How the filter that `RUST_LOG` asks for is used.
#[derive(Clone, Copy)]
enum Filter {
    /// For everything.
    Global,
    /// For the log lines; the spans have one of their own.
    PerLayer,
}

/// The table as Markdown.
fn table() -> String {
    let heads =
        "| `RUST_LOG` | one filter for everything | a filter for each layer | log lines |\n";
    let rows = LEVELS.map(|level| {
        let ((global, lines), (layered, same)) =
            (run(level, Filter::Global), run(level, Filter::PerLayer));
        assert_eq!(lines, same, "the log is the same with both");
        let global = match global == layered {
            true => global,
            false => format!("**{global}**"),
        };
        format!("| `{level}` | {global} | {layered} | {lines} |\n")
    });
    format!("{heads}|---|---|---|---:|\n{}", rows.concat())
}

/// The trace of one request, its spans from the outside to the inside, and the number of log lines.
fn run(level: &str, filter: Filter) -> (String, usize) {
    let (ended, lines) = (Ended::default(), Lines::default());
    let provider = SdkTracerProvider::builder()
        .with_span_processor(ended.clone())
        .build();
    let log: Targets = level.parse().expect("a level is a filter");
    let tracer = provider.tracer("search");
    let count = lines.clone();
    let work = || request(&provider);
    match filter {
        Filter::Global => {
            let spans = tracing_opentelemetry::layer().with_tracer(tracer);
            let all = tracing_subscriber::registry().with(log).with(spans);
            tracing::subscriber::with_default(all.with(count), work);
        }
        Filter::PerLayer => {
            let ours = Targets::new().with_target(OURS, LevelFilter::INFO);
            let spans = tracing_opentelemetry::layer().with_tracer(tracer);
            let both = tracing_subscriber::registry().with(spans.with_filter(ours));
            tracing::subscriber::with_default(both.with(count.with_filter(log)), work);
        }
    }
    let mut ended = ended
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    ended.sort_by_key(|span| span.start_time);
    let names: Vec<_> = ended
        .iter()
        .map(|span| format!("`{}`", span.name))
        .collect();
    (names.join(" › "), lines.0.load(Ordering::SeqCst))
}

/// A request with a log line of each level, as in the exercise.
fn request(provider: &SdkTracerProvider) {
    let _request = info_span!("GET /cars/{id}").entered();
    info!("shows");
    let _find = info_span!("find car").entered();
    debug!("asks");
    let _row = trace_span!("row").entered();
    provider.tracer("driver").in_span("SELECT cars", |_| {
        let _lock = info_span!(target: "driver", "lock connection").entered();
        error!(target: "driver", "down");
        warn!(target: "driver", "waited");
        trace!(target: "driver", "row");
    });
}

/// Counts log lines.
#[derive(Clone, Default)]
struct Lines(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: LayerContext<'_, S>) {
        let target = event.metadata().target();
        // The SDK logs as well, and its lines are not the request's.
        if [OURS, "driver"].contains(&target) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// The spans that have ended.
#[derive(Clone, Debug, Default)]
struct Ended(Arc<Mutex<Vec<SpanData>>>);

impl SpanProcessor for Ended {
    fn on_start(&self, _: &mut SdkSpan, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_shows_this_table() {
        let shown = include_str!("../../../book/generated/levels.md");
        assert_eq!(shown, table(), "`cargo author regen` writes it anew");
    }
}
