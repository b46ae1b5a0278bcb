//! A message lies in a mailbox, and nobody there knows whom it is for.
//!
//! Given: workers behind an mpsc, a oneshot, a broadcast (as JSON, for other nodes) and an actor
//! (`shop.rs`, `workers.rs`). All of them seal and open the envelope below, and name their spans.
//! Goal: whoever handles a message has a span that is to its sender's what the envelope says.
//! Done when: a call is a child, what nobody waits for a trace of its own with a link, a visit that
//! is counted a trace of its own; and no child and no link of an unsampled request is recorded. `None`
//! has nothing to do with its sender: it begins anew, and the sampler decides anew.

mod relation;
mod shop;
mod workers;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tracing::Span;
#[allow(unused_imports, reason = "for the gaps")]
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

// ANCHOR: envelope
impl<M> Envelope<M> {
    /// Puts a message into an envelope.
    pub fn seal(message: M, relation: Relation) -> Self {
        // TODO(10.1): write the context of the sender into a carrier
        let carrier = HashMap::new();
        // END(10.1)
        Self {
            message,
            relation,
            carrier,
        }
    }

    /// Takes the message out, and what is needed for the span of whoever handles it.
    pub fn open(self) -> (M, Handled) {
        // TODO(10.2): read the context of the sender out of the carrier
        let sender = Context::new();
        // END(10.2)
        (
            self.message,
            Handled {
                relation: self.relation,
                sender,
            },
        )
    }
}
// ANCHOR_END: envelope

/// What is left of an envelope when the message is out.
pub struct Handled {
    /// What the next span is to the sender's.
    pub relation: Relation,
    /// A context with the sender's span.
    pub sender: Context,
}

// ANCHOR: handled
impl Handled {
    /// The span of whoever handles the message; `make` makes one as it comes.
    pub fn span(&self, make: impl FnOnce() -> Span) -> Span {
        // TODO(10.3): make the span where the relation says, and link it
        make()
        // END(10.3)
    }
}
// ANCHOR_END: handled
