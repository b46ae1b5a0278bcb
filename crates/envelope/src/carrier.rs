//! The three headers of the W3C, as a value.

use std::{fmt, sync::Arc};

use opentelemetry::{
    Context,
    baggage::BaggageExt,
    trace::{SpanContext, TraceContextExt, TraceState},
};

use crate::{baggage, traceparent::Parent};

/// A trace context that is written down: `traceparent`, `tracestate` and `baggage`.
///
/// It is a value. It holds no span and no [`Context`], so it may wait in a mailbox, be cloned for
/// each receiver of a broadcast, and cross to another process, without keeping a span open.
///
/// ```
/// use traced_envelope::Carrier;
///
/// let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let carrier = Carrier::from_headers(traceparent, "vendor=1", "customer=7");
/// assert_eq!(carrier.traceparent().as_deref(), Some(traceparent));
/// assert!(carrier.span_context().is_sampled());
///
/// // What is malformed is nobody's child.
/// assert_eq!(Carrier::from_headers("00-4bf9", "vendor=1", ""), Carrier::default());
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Carrier {
    parent: Option<Parent>,
    // Shared by the clones of a broadcast; none instead of an empty text.
    tracestate: Option<Arc<str>>,
    baggage: Option<Arc<str>>,
}

impl Carrier {
    /// The current context, written down; empty if there is no span and no baggage.
    pub fn current() -> Self {
        Context::map_current(Self::of)
    }

    /// A context, written down. Its span may be unsampled: that crosses as well.
    pub fn of(context: &Context) -> Self {
        let span = context.span();
        let span = span.span_context();
        let state = span.trace_state();
        let baggage = context.baggage();
        Self {
            parent: Parent::of(span),
            tracestate: match state == &TraceState::NONE || !span.is_valid() {
                true => None,
                false => header_text(&state.header()),
            },
            baggage: match baggage.is_empty() {
                true => None,
                false => header_text(&baggage::header(baggage)),
            },
        }
    }

    /// Reads headers from elsewhere; an absent one is `""`. A `traceparent` that is malformed gives
    /// no parent, and takes its `tracestate` with it; a `tracestate` or `baggage` that is malformed
    /// or longer than 8192 bytes is left out.
    pub fn from_headers(traceparent: &str, tracestate: &str, baggage: &str) -> Self {
        let parent = Parent::parse(traceparent);
        Self {
            parent,
            tracestate: parent
                .and_then(|_| tracestate.parse::<TraceState>().ok())
                .and_then(|_| header_text(tracestate)),
            baggage: header_text(baggage),
        }
    }

    /// The header `traceparent`, if there is a span to be a child of.
    pub fn traceparent(&self) -> Option<String> {
        self.parent.map(Parent::header)
    }

    /// The header `tracestate`; `""` if there is none.
    pub fn tracestate(&self) -> &str {
        self.tracestate.as_deref().unwrap_or_default()
    }

    /// The header `baggage`; `""` if there is none.
    pub fn baggage(&self) -> &str {
        self.baggage.as_deref().unwrap_or_default()
    }

    /// The sender's span: remote, and invalid if there is none.
    pub fn span_context(&self) -> SpanContext {
        let state = self.tracestate.as_deref().map(str::parse);
        let state = state.and_then(Result::ok).unwrap_or_default();
        let remote = self.parent.map(|parent| parent.remote(state));
        remote.unwrap_or(SpanContext::NONE)
    }

    /// A context in which a span becomes a child of the sender's, with its baggage.
    pub fn context(&self) -> Context {
        match self.parent {
            None => self.without_parent(),
            Some(_) => self
                .without_parent()
                .with_remote_span_context(self.span_context()),
        }
    }

    /// A context in which a span becomes a root, with the sender's baggage.
    pub(crate) fn without_parent(&self) -> Context {
        match &self.baggage {
            None => Context::new(),
            Some(header) => Context::new().with_baggage(baggage::parse(header)),
        }
    }

    /// Whether the sender's span is there and is not recorded.
    pub(crate) fn is_unsampled(&self) -> bool {
        self.parent.is_some_and(|parent| !parent.is_sampled())
    }
}

/// Shows the headers.
impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Carrier")
            .field("traceparent", &self.traceparent().unwrap_or_default())
            .field("tracestate", &self.tracestate())
            .field("baggage", &self.baggage())
            .finish()
    }
}

/// A text that may be a header: not empty, not too long, in visible ASCII.
fn header_text(text: &str) -> Option<Arc<str>> {
    let is_header = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    (!text.is_empty() && text.len() <= baggage::MAX_BYTES && is_header).then(|| text.into())
}
