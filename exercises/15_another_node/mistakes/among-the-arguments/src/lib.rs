//! code: wrong-answer
//! why: one more argument is the first thing that comes to mind; a node with the old code is answered no more

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

fn traceparent() -> String {
    let mut carrier = Carrier::new();
    TraceContextPropagator::new().inject_context(&Context::current(), &mut carrier);
    carrier.remove("traceparent").unwrap_or_default()
}

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
    fn open(
        mut self,
        traceparent: &str,
        waited_for: bool,
        make: impl FnOnce() -> Span,
    ) -> (M, Span) {
        // DONE(15.4): a child of whoever waits; else a trace of its own, with a link
        let propagator = TraceContextPropagator::new();
        self.carrier
            .insert("traceparent".to_owned(), traceparent.to_owned());
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
        // END(15.2)
        // ANCHOR_END: serialize
        Ok(crossing)
    }

    fn deserialize(mut crossed: SerializedMessage) -> Result<Self, BoxedDowncastErr> {
        // ANCHOR: deserialize
        // DONE(15.3): take the carrier out again
        let carrier = Carrier::new();
        // END(15.3)
        // ANCHOR_END: deserialize
        let message = M::deserialize(crossed)?;
        Ok(Self { message, carrier })
    }
}
