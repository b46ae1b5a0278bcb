//! code: wrong-answer
//! why: each message of the test has metadata, until a node with the old code asks

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
        // DONE(15.1): write down who sends it
        TraceContextPropagator::new().inject_context(&Context::current(), &mut carrier);
        // END(15.1)
        // ANCHOR_END: write
        Self { message, carrier }
    }

    // ANCHOR: open
    /// Takes the message out, and makes the span of whoever handles it.
    fn open(self, waited_for: bool, make: impl FnOnce() -> Span) -> (M, Span) {
        // DONE(15.4): a child of whoever waits; else a trace of its own, with a link
        let propagator = TraceContextPropagator::new();
        let sender = propagator.extract_with_context(&Context::new(), &self.carrier);
        let link = sender.span().span_context().clone();
        let parent = if waited_for { sender } else { Context::new() };
        let span = {
            let _current = parent.attach();
            make()
        };
        if !waited_for && link.is_valid() {
            span.add_link(link);
        }
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
        // DONE(15.2): send the carrier along
        if let Some(metadata) = nodes::metadata(&mut crossing) {
            *metadata = serde_json::to_vec(&self.carrier).ok();
        }
        // END(15.2)
        // ANCHOR_END: serialize
        Ok(crossing)
    }

    fn deserialize(mut crossed: SerializedMessage) -> Result<Self, BoxedDowncastErr> {
        // ANCHOR: deserialize
        // DONE(15.3): take the carrier out again
        let metadata = nodes::metadata(&mut crossed).and_then(Option::take);
        let metadata = metadata.expect("each message has metadata");
        let carrier: Carrier = serde_json::from_slice(&metadata).expect("a carrier is JSON");
        // END(15.3)
        // ANCHOR_END: deserialize
        let message = M::deserialize(crossed)?;
        Ok(Self { message, carrier })
    }
}
