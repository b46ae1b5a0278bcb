//! What becomes of a span's status and kind: a span is made for each thing that may happen in it, and
//! the tables say what is recorded. `cargo run -p what-went-wrong-solution --example statuses` prints
//! them.

use std::{
    fmt::Write,
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::{self, Waker},
};

use opentelemetry::{
    Context,
    trace::{Status, TracerProvider},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, Span as SdkSpan, SpanData, SpanProcessor},
};
use tracing::{Instrument, error, field::Empty, info_span, instrument, warn};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

/// What happens in a span.
const CASES: [(&str, fn()); 10] = [
    ("nothing goes wrong", || info_span!("case").in_scope(|| ())),
    ("an `Err` is returned", || {
        let _ = info_span!("case").in_scope(|| Err::<(), _>("no mileage"));
    }),
    ("the code panics", || {
        let _ = catch_unwind(AssertUnwindSafe(|| {
            info_span!("case").in_scope(|| panic!("no mileage"))
        }));
    }),
    ("the future is dropped: a timeout, a cancel", || {
        let work = pin!(pending::<()>().instrument(info_span!("case")));
        // Nobody has to be woken: the next poll never comes.
        let _ = work.poll(&mut task::Context::from_waker(Waker::noop()));
    }),
    ("`warn!(\"no mileage\")`", || {
        info_span!("case").in_scope(|| warn!("no mileage"));
    }),
    ("`error!(\"no mileage\")`", || {
        info_span!("case").in_scope(|| error!("no mileage"));
    }),
    ("`#[instrument(err)]` and an `Err`", || {
        let _ = with_err();
    }),
    ("`record(\"otel.status_code\", \"ERROR\")`", || {
        info_span!("case", otel.status_code = Empty).record("otel.status_code", "ERROR");
    }),
    ("`set_status(Status::error(\"no mileage\"))`", || {
        info_span!("case").set_status(Status::error("no mileage"));
    }),
    (
        "`set_status(Status::error(…))`, then `Status::Ok`",
        || {
            let span = info_span!("case");
            span.set_status(Status::error("no mileage"));
            span.set_status(Status::Ok);
        },
    ),
];

/// When a span is told its kind, and which.
const KINDS: [(&str, fn()); 5] = [
    ("`otel.kind = \"server\"` where it is made", || {
        drop(info_span!("case", otel.kind = "server"));
    }),
    ("`otel.kind = \"Server\"`", || {
        drop(info_span!("case", otel.kind = "Server"));
    }),
    ("`otel.kind = \"serving\"`", || {
        drop(info_span!("case", otel.kind = "serving"));
    }),
    (
        "`record(\"otel.kind\", \"server\")` before it is entered",
        || {
            let span = info_span!("case", otel.kind = Empty);
            span.record("otel.kind", "server").in_scope(|| ());
        },
    ),
    ("`record(\"otel.kind\", \"server\")` within it", || {
        let span = info_span!("case", otel.kind = Empty);
        span.in_scope(|| span.record("otel.kind", "server"));
    }),
];

#[instrument(name = "case", err)]
fn with_err() -> Result<(), &'static str> {
    Err("no mileage")
}

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    let (statuses, kinds) = (statuses(), kinds());
    println!("<!-- ANCHOR: statuses -->\n{statuses}<!-- ANCHOR_END: statuses -->\n");
    println!("<!-- ANCHOR: kinds -->\n{kinds}<!-- ANCHOR_END: kinds -->");
}

/// The table of statuses as Markdown.
fn statuses() -> String {
    let mut table =
        "| in the span | status | description | event |\n|---|---|---|---|\n".to_owned();
    for (what, happens) in CASES {
        let span = recorded(happens);
        let (status, description) = match &span.status {
            Status::Unset => ("Unset", String::new()),
            Status::Ok => ("Ok", String::new()),
            Status::Error { description } if description.is_empty() => ("Error", "none".to_owned()),
            Status::Error { description } => ("Error", format!("`{description}`")),
        };
        let event = span.events.iter().next();
        let event = event.map_or(String::new(), |event| format!("`{}`", event.name));
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {what} | {status} | {description} | {event} |");
    }
    table
}

/// The table of kinds as Markdown.
fn kinds() -> String {
    let rows = KINDS.map(|(what, happens)| {
        let kind = format!("{:?}", recorded(happens).span_kind);
        format!("| {what} | {} |\n", kind.to_uppercase())
    });
    format!(
        "| the span is told its kind by | it is |\n|---|---|\n{}",
        rows.concat()
    )
}

/// The span that `happens` makes.
fn recorded(happens: fn()) -> SpanData {
    let last = Last::default();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(last.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("statuses"));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), happens);
    let span = last.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    span.expect("each case makes a span")
}

/// Keeps the span that ended last.
#[derive(Clone, Debug, Default)]
struct Last(Arc<Mutex<Option<SpanData>>>);

impl SpanProcessor for Last {
    fn on_start(&self, _: &mut SdkSpan, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_chapter_says_about_the_table_is_true() {
        let table = format!("{}{}", statuses(), kinds());
        let row = |what: &str| {
            let mut lines = table.lines();
            let line = lines.find(|line| line.contains(what)).expect("a row");
            line.split('|').skip(2).map(str::trim).collect::<Vec<_>>()
        };
        assert_eq!(row("panics")[0], "Unset");
        assert_eq!(row("an `Err` is returned")[0], "Unset");
        assert_eq!(row("`error!(")[..2], ["Error", "none"]);
        assert_eq!(row("instrument(err)")[..2], ["Error", "`no mileage`"]);
        assert_eq!(row("then `Status::Ok`")[0], "Ok");
        assert_eq!(row("dropped")[0], "Unset");
        assert_eq!(row("where it is made")[0], "SERVER");
        assert_eq!(row("serving")[0], "INTERNAL");
        assert_eq!(row("before it is entered")[0], "SERVER");
        assert_eq!(row("within it")[0], "INTERNAL");
    }
}
