//! A message crosses to an actor of another node, and its context stays behind.
//!
//! Given: `search` and `inventory` are nodes; an actor of `inventory` is asked for cars, and told which
//! were looked at. `Traced` wraps its messages; a `SerializedMessage` is what crosses, as bytes.
//! Goal: what an actor does on another node is in the trace of whoever asked it.
//! Done when: the context crosses in the metadata, a call is CLIENT and SERVER in one trace, a cast is
//! PRODUCER and a linked CONSUMER, and two customers stay two.

#![allow(unused_mut, reason = "for the gaps")]

mod inventory;
mod search;

use std::collections::HashMap;

use ractor::{
    Message,
    message::{BoxedDowncastErr, SerializedMessage},
};
use tracing::Span;
#[allow(unused_imports, reason = "for the gaps")]
use {
    opentelemetry::{Context, propagation::TextMapPropagator, trace::TraceContextExt},
    opentelemetry_sdk::propagation::TraceContextPropagator,
    tracing_opentelemetry::OpenTelemetrySpanExt,
};

pub use inventory::{Stock, inventory};
pub use search::search;

type Carrier = HashMap<String, String>;

/// A message to an actor that may be on another node, and the context in which it was sent.
pub struct Traced<M> {
    message: M,
    carrier: Carrier,
}

impl<M> Traced<M> {
    /// Wraps a message in the context that is current.
    pub fn new(message: M) -> Self {
        let mut carrier = Carrier::new();
        // ANCHOR: write
        // TODO(15.1): write down who sends it
        // END(15.1)
        // ANCHOR_END: write
        Self { message, carrier }
    }

    // ANCHOR: open
    /// Takes the message out, and makes the span of whoever handles it.
    fn open(self, waited_for: bool, make: impl FnOnce() -> Span) -> (M, Span) {
        // TODO(15.4): a child of whoever waits; else a trace of its own, with a link
        let _ = (waited_for, &self.carrier);
        let span = make();
        // END(15.4)
        (self.message, span)
    }
    // ANCHOR_END: open
}

impl<M: Message> Message for Traced<M> {
    fn serializable() -> bool {
        M::serializable()
    }

    fn serialize(self) -> Result<SerializedMessage, BoxedDowncastErr> {
        let mut crossing = self.message.serialize()?;
        // ANCHOR: serialize
        // TODO(15.2): send the carrier along
        // END(15.2)
        // ANCHOR_END: serialize
        Ok(crossing)
    }

    fn deserialize(mut crossed: SerializedMessage) -> Result<Self, BoxedDowncastErr> {
        // ANCHOR: deserialize
        // TODO(15.3): take the carrier out again
        let carrier = Carrier::new();
        // END(15.3)
        // ANCHOR_END: deserialize
        let message = M::deserialize(crossed)?;
        Ok(Self { message, carrier })
    }
}
