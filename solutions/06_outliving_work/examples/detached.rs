//! What becomes of a request and of the work that outlives it: each way to leave that work to itself is
//! tried once. `cargo run -p outliving-work-solution --example detached` prints the table for the book.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use opentelemetry::{
    Context, KeyValue,
    baggage::BaggageExt,
    context::FutureExt,
    trace::{TraceContextExt, TracerProvider},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, Span as SdkSpan, SpanData, SpanProcessor},
};
use tokio::{
    sync::oneshot::{self, Receiver},
    task::{self, JoinHandle},
};
use tracing::{Instrument, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

fn main() {
    print!("{}", table());
}

/// Leaves an audit to itself; the receiver is told when the request has its answer.
type Leave = fn(Receiver<()>) -> JoinHandle<()>;

const WAYS: [(&str, Leave); 7] = [
    ("`spawn(audit)`", |answered| task::spawn(audit(answered))),
    ("`spawn(audit.in_current_span())`", |answered| {
        task::spawn(audit(answered).in_current_span())
    }),
    ("`spawn(audit.with_current_context())`", |answered| {
        task::spawn(audit(answered).with_current_context())
    }),
    (
        "`spawn(audit.with_current_context() .in_current_span())`",
        |answered| task::spawn(audit(answered).with_current_context().in_current_span()),
    ),
    (
        "`spawn(audit.in_current_span() .with_current_context())`",
        |answered| task::spawn(audit(answered).in_current_span().with_current_context()),
    ),
    (
        "span made first, in a context without a span; `spawn(audit.instrument(span))`",
        |answered| {
            let span = {
                let _apart = without_span().attach();
                linked()
            };
            task::spawn(write(answered).instrument(span))
        },
    ),
    (
        "`spawn(audit.with_context(without_span))`, its span made inside",
        |answered| {
            let caller = Context::current().span().span_context().clone();
            let work = async {
                let span = info_span!("audit");
                span.add_link(caller);
                write(answered).instrument(span).await;
            };
            task::spawn(work.with_context(without_span()))
        },
    ),
];

/// A span with a link to the one that is current before anything is attached.
fn linked() -> tracing::Span {
    let span = info_span!("audit");
    span.add_link(
        tracing::Span::current()
            .context()
            .span()
            .span_context()
            .clone(),
    );
    span
}

async fn audit(answered: Receiver<()>) {
    write(answered).instrument(info_span!("audit")).await;
}

/// Waits for the answer, and does something for a customer.
async fn write(answered: Receiver<()>) {
    // The sender is dropped once it has sent.
    let _ = answered.await;
    let customer = Context::map_current(|context| {
        let customer = context.baggage().get("workshop.customer");
        customer.map_or_else(String::new, ToString::to_string)
    });
    info_span!("write", customer).in_scope(|| {});
}

/// A context with the customer, and no span.
fn without_span() -> Context {
    Context::new().with_baggage([KeyValue::new("workshop.customer", "anna")])
}

/// What was seen of one way.
struct Seen {
    spans: HashMap<String, SpanData>,
    answered: SystemTime,
    /// Whether the request's span was sent when its answer was out.
    sent: bool,
}

fn run(leave: Leave) -> Seen {
    let ended = Ended::default();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(ended.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("detached"));
    let _current = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("the system gives a runtime");
    let (answer, answered) = oneshot::channel();
    let left = runtime.block_on(request(leave, answered));
    let (now, sent) = (SystemTime::now(), ended.lock().contains_key("request"));
    let _ = answer.send(());
    runtime.block_on(left).expect("no audit panics");
    let spans = ended.lock().clone();
    Seen {
        spans,
        answered: now,
        sent,
    }
}

/// A request with its customer in the baggage; its audit begins before the answer is out.
#[expect(clippy::async_yields_async, reason = "the audit outlives the request")]
async fn request(leave: Leave, answered: Receiver<()>) -> JoinHandle<()> {
    let work = async {
        let customer = KeyValue::new("workshop.customer", "anna");
        let context = Context::current().with_baggage([customer]);
        let leaving = async {
            let left = leave(answered);
            // The audit begins before the answer is out.
            task::yield_now().await;
            left
        };
        leaving.with_context(context).await
    };
    work.instrument(info_span!("request")).await
}

/// The table as Markdown.
fn table() -> String {
    let rows = WAYS.map(|(way, leave)| {
        let seen = run(leave);
        let (request, audit) = (&seen.spans["request"], &seen.spans["audit"]);
        let is_child = audit.parent_span_id == request.span_context.span_id();
        let audit = match (is_child, audit.links.len()) {
            (true, _) => "a child",
            (false, 0) => "**a stranger**",
            (false, _) => "a root with a link",
        };
        let ends = match request.end_time > seen.answered {
            true => "**with the audit**",
            false => "with the answer",
        };
        let sent = match seen.sent {
            true => "at once",
            false => "**when the audit is done**",
        };
        let customer = seen.spans["write"].attributes.iter();
        let mut customer = customer.filter(|one| one.key.as_str() == "customer");
        let knows = match customer.any(|one| one.value.as_str() == "anna") {
            true => "kept",
            false => "**lost**",
        };
        format!("| {way} | {audit} | {ends} | {sent} | {knows} |\n")
    });
    let heads =
        "| the audit is left by | it is | the request's span ends | and is sent | baggage |\n";
    format!("{heads}|---|---|---|---|---|\n{}", rows.concat())
}

/// The spans that have ended, by name.
#[derive(Clone, Debug, Default)]
struct Ended(Arc<Mutex<HashMap<String, SpanData>>>);

impl Ended {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, SpanData>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpanProcessor for Ended {
    fn on_start(&self, _: &mut SdkSpan, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        self.lock().insert(span.name.to_string(), span);
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
        let shown = include_str!("../../../book/generated/detached.md");
        assert_eq!(shown, table(), "`cargo author regen` writes it anew");
    }

    #[test]
    fn an_invalid_span_as_parent_is_one_that_is_not_sampled() {
        let seen = run(|answered| {
            let nobody = opentelemetry::trace::SpanContext::NONE;
            let context = Context::current().with_remote_span_context(nobody);
            task::spawn(audit(answered).with_context(context))
        });
        assert!(!seen.spans.contains_key("audit"));
        assert!(seen.spans.contains_key("request"));
    }
}
