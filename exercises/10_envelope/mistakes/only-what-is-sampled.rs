//! code: unexpected-span
//! why: nobody needs the ids of a trace that is not recorded, so they are not sent

mod relation;
mod shop;
mod workers;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tracing::Span;
use {
    opentelemetry::{Context, propagation::TextMapPropagator, trace::TraceContextExt},
    opentelemetry_sdk::propagation::TraceContextPropagator,
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
        let sender = Context::current();
        if sender.span().span_context().is_sampled() {
            TraceContextPropagator::new().inject_context(&sender, &mut carrier);
        }
        Self {
            message,
            relation,
            carrier,
        }
    }

    /// Takes the message out, and what is needed for the span of whoever handles it.
    pub fn open(self) -> (M, Handled) {
        let propagator = TraceContextPropagator::new();
        let sender = propagator.extract_with_context(&Context::new(), &self.carrier);
        (
            self.message,
            Handled {
                relation: self.relation,
                sender,
            },
        )
    }
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
