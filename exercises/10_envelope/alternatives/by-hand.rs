//! The header is written and read by hand: version, trace id, span id, flags.

mod relation;
mod shop;
mod workers;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tracing::Span;
use {
    opentelemetry::{
        Context, SpanId, TraceFlags, TraceId,
        trace::{SpanContext, TraceContextExt, TraceState},
    },
    tracing_opentelemetry::OpenTelemetrySpanExt,
};

pub use relation::Relation;
pub use shop::{Evening, evening};

/// A message, and the context that it was sent in, written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope<M> {
    message: M,
    relation: Relation,
    carrier: HashMap<String, String>,
}

impl<M> Envelope<M> {
    /// Puts a message into an envelope.
    pub fn seal(message: M, relation: Relation) -> Self {
        let mut carrier = HashMap::new();
        let context = Context::current();
        let span = context.span();
        let span = span.span_context();
        let (trace, id, flags) = (span.trace_id(), span.span_id(), span.trace_flags().to_u8());
        if span.is_valid() {
            let header = format!("00-{trace}-{id}-{flags:02x}");
            carrier.insert("traceparent".to_owned(), header);
        }
        Self {
            message,
            relation,
            carrier,
        }
    }

    /// Takes the message out, and what is needed for the span of whoever handles it.
    pub fn open(self) -> (M, Handled) {
        let header = self.carrier.get("traceparent").map(String::as_str);
        let sender = header.and_then(read).unwrap_or_default();
        (
            self.message,
            Handled {
                relation: self.relation,
                sender,
            },
        )
    }
}

/// The context that a header stands for, if it is one of ours.
fn read(header: &str) -> Option<Context> {
    let mut fields = header.split('-').skip(1);
    let trace = TraceId::from_hex(fields.next()?).ok()?;
    let span = SpanId::from_hex(fields.next()?).ok()?;
    let flags = u8::from_str_radix(fields.next()?, 16).ok()?;
    let sender = SpanContext::new(trace, span, TraceFlags::new(flags), true, TraceState::NONE);
    Some(Context::new().with_remote_span_context(sender))
}

/// What is left of an envelope when the message is out.
pub struct Handled {
    /// What the next span is to the sender's.
    pub relation: Relation,
    /// A context with the sender's span.
    pub sender: Context,
}

impl Handled {
    /// The span of whoever handles the message; `make` makes one as it comes.
    pub fn span(&self, make: impl FnOnce() -> Span) -> Span {
        let sender = self.sender.span().span_context().clone();
        let context = match self.relation {
            Relation::Child => self.sender.clone(),
            // Nothing is recorded here: the decision of the sender goes on.
            Relation::Link if !sender.is_sampled() => self.sender.clone(),
            Relation::Link | Relation::None => Context::new(),
        };
        let span = {
            let _current = context.attach();
            make()
        };
        if self.relation == Relation::Link {
            span.add_link(sender);
        }
        span
    }
}
