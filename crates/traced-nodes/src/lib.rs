//! Messages to actors of other nodes, with the context in which they were sent: what exercise 15
//! builds.
//!
//! A [`Traced`] message crosses as the message itself does. Its carrier goes along in the metadata,
//! as a JSON object of the W3C's headers.

#![forbid(unsafe_code)]

use std::collections::HashMap;

use opentelemetry::{Context, propagation::TextMapPropagator, trace::TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use ractor::{
    Message,
    message::{BoxedDowncastErr, SerializedMessage},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// A message, and whose work it is.
#[derive(Clone, Debug)]
pub struct Traced<M> {
    message: M,
    carrier: HashMap<String, String>,
}

/// Whether the sender waits for what is done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A call: its work is a child.
    Waits,
    /// A cast: its work is a trace of its own, with a link.
    GoesOn,
}

impl<M> Traced<M> {
    /// Wraps a message in the context that is current.
    pub fn new(message: M) -> Self {
        let mut carrier = HashMap::new();
        TraceContextPropagator::new().inject_context(&Context::current(), &mut carrier);
        Self { message, carrier }
    }

    /// The message.
    pub fn message(&self) -> &M {
        &self.message
    }

    /// Takes the message out, and makes the span of whoever handles it.
    pub fn open(self, sender: Sender, make: impl FnOnce() -> Span) -> (M, Span) {
        let propagator = TraceContextPropagator::new();
        let context = propagator.extract_with_context(&Context::new(), &self.carrier);
        let link = context.span().span_context().clone();
        let parent = match sender {
            Sender::Waits => context,
            Sender::GoesOn => Context::new(),
        };
        let span = {
            let _current = parent.attach();
            make()
        };
        if sender == Sender::GoesOn && link.is_valid() {
            span.add_link(link);
        }
        (self.message, span)
    }
}

impl<M: Message> Message for Traced<M> {
    fn serializable() -> bool {
        M::serializable()
    }

    fn serialize(self) -> Result<SerializedMessage, BoxedDowncastErr> {
        let mut crossing = self.message.serialize()?;
        if let Some(metadata) = nodes::metadata(&mut crossing) {
            *metadata = serde_json::to_vec(&self.carrier).ok();
        }
        Ok(crossing)
    }

    fn deserialize(mut crossed: SerializedMessage) -> Result<Self, BoxedDowncastErr> {
        let metadata = nodes::metadata(&mut crossed).and_then(Option::take);
        let carrier = metadata.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(Self {
            message: M::deserialize(crossed)?,
            carrier: carrier.unwrap_or_default(),
        })
    }
}
