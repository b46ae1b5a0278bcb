//! What a message may hold of its sender, and what becomes of the decision to record: two tables for
//! the book. `cargo run -p envelope-solution --example carriers` prints the first of them, with
//! `-- relations` behind it the second.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use envelope_solution::{Envelope, Relation};
use opentelemetry::{
    Context, SpanId,
    propagation::TextMapPropagator,
    trace::{TraceContextExt, TracerProvider},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    propagation::TraceContextPropagator,
    trace::{SdkTracerProvider, Span as SdkSpan, SpanData, SpanProcessor},
};
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("relations") => print!("{}", what_is_recorded()),
        _ => print!("{}", what_a_message_holds()),
    }
}

/// A sender's span that has done its work, and a message that waits.
fn what_a_message_holds() -> String {
    let spans = Spans::default();
    let _here = spans.subscribe();
    let send = || info_span!("send");
    let exported = |spans: &Spans| match mem::take(&mut *spans.ended()).is_empty() {
        true => "**when the message is gone**",
        false => "at once",
    };

    let message = send().in_scope(Span::current);
    let by_span = exported(&spans);
    drop(message);
    spans.ended().clear();

    let message = send().in_scope(Context::current);
    let by_context = exported(&spans);
    drop(message);

    let message = send().in_scope(|| Envelope::seal((), Relation::Link));
    let by_carrier = exported(&spans);
    let line = serde_json::to_string(&message).expect("an envelope can be written");
    let back: Envelope<()> = serde_json::from_str(&line).expect("an envelope can be read");
    let crossed = match back.open().1.sender.span().span_context().is_valid() {
        true => "as it was",
        false => "**not at all**",
    };

    format!(
        "| in the message | the sender's span is exported | crosses to another node |\n|---|---|---|\n\
        | a clone of the `Span` | {by_span} | **not at all**: it has no bytes |\n\
        | the live `Context` | {by_context} | **not at all**: it has no bytes |\n\
        | a carrier | {by_carrier} | {crossed}, as {} bytes of JSON |\n",
        line.len()
    )
}

/// Every relation, for a sender that is recorded and for one that is not.
fn what_is_recorded() -> String {
    let mut table =
        "| what is sealed | sender recorded | sender not recorded |\n|---|---|---|\n".to_owned();
    type Open = fn(&Context) -> Span;
    let rows: [(&str, Open); 4] = [
        ("`Child`", |sender| opened(Relation::Child, sender)),
        ("`Link`", |sender| opened(Relation::Link, sender)),
        ("`None`", |sender| opened(Relation::None, sender)),
        ("a bare link, without the last rule", |sender| {
            let span = info_span!("handle");
            span.add_link(sender.span().span_context().clone());
            span
        }),
    ];
    for (name, open) in rows {
        let [recorded, unrecorded] = [1, 0].map(|flags| outcome(flags, open));
        table.push_str(&format!("| {name} | {recorded} | {unrecorded} |\n"));
    }
    table
}

/// The span of whoever handles a message that was sealed within the sender's span.
fn opened(relation: Relation, sender: &Context) -> Span {
    let sealed = {
        let _current = sender.clone().attach();
        Envelope::seal((), relation)
    };
    sealed.open().1.span(|| info_span!("handle"))
}

/// What is received of the span that `open` makes for a sender with these flags.
fn outcome(flags: u8, open: fn(&Context) -> Span) -> &'static str {
    let spans = Spans::default();
    let _here = spans.subscribe();
    let header = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags:02x}");
    let headers = HashMap::from([("traceparent".to_owned(), header)]);
    let sender = TraceContextPropagator::new().extract_with_context(&Context::new(), &headers);
    open(&sender).in_scope(|| {});
    let ended = spans.ended();
    match &ended[..] {
        [] => "nothing",
        [span] if span.parent_span_id != SpanId::INVALID => "a child",
        [span] if span.links.is_empty() => "a root",
        [_] if flags == 0 => "**a root with a link to nothing**",
        [_] => "a root with a link",
        _ => "more than one span",
    }
}

/// The spans that have ended.
#[derive(Clone, Debug, Default)]
struct Spans(Arc<Mutex<Vec<SpanData>>>);

impl Spans {
    /// Collects the spans of this thread, as long as the guard is there.
    fn subscribe(&self) -> impl Sized {
        let provider = SdkTracerProvider::builder()
            .with_span_processor(self.clone())
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("carriers"));
        let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
        (guard, provider)
    }

    fn ended(&self) -> std::sync::MutexGuard<'_, Vec<SpanData>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpanProcessor for Spans {
    fn on_start(&self, _: &mut SdkSpan, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() {
            self.ended().push(span);
        }
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

    const PRINT: &str = "cargo run -p envelope-solution --example carriers";

    #[test]
    fn the_book_shows_what_a_message_may_hold() {
        let shown = include_str!("../../../book/generated/carriers.md");
        let repair = format!("{PRINT} > book/generated/carriers.md");
        assert_eq!(shown, what_a_message_holds(), "{repair}");
    }

    #[test]
    fn the_book_shows_what_is_recorded() {
        let shown = include_str!("../../../book/generated/relations.md");
        let repair = format!("{PRINT} -- relations > book/generated/relations.md");
        assert_eq!(shown, what_is_recorded(), "{repair}");
    }
}
