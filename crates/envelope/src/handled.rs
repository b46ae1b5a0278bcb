//! What is left of an envelope when the message is out: how the receiver's span begins.

use opentelemetry::{Context, trace::SpanContext};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{Carrier, Relation};

/// Opens the span in which a message is handled.
///
/// ```
/// # use tracing::{Instrument, info_span};
/// # use traced_envelope::{Envelope, Relation};
/// # async fn answer(query: &str) {}
/// # async fn receive(envelope: Envelope<String>) {
/// let (query, handled) = envelope.open();
/// let span = handled.span(|| info_span!("answer", otel.kind = "server"));
/// answer(&query).instrument(span).await;
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Handled {
    context: Context,
    link: Option<SpanContext>,
}

impl Handled {
    pub(crate) fn new(carrier: &Carrier, relation: Relation) -> Self {
        let context = match relation {
            Relation::Child => carrier.context(),
            // A root would be sampled anew. This way the decision not to record is the parent's.
            Relation::Link if carrier.is_unsampled() => carrier.context(),
            Relation::Link => carrier.without_parent(),
            Relation::None => Context::new(),
        };
        let link = (relation == Relation::Link).then(|| carrier.span_context());
        Self {
            context,
            link: link.filter(SpanContext::is_valid),
        }
    }

    /// Makes the receiver's span: a child, or a root with a link, as the envelope says. Whatever
    /// span is current has no part in it.
    ///
    /// `make` makes the span with one of tracing's macros, without `parent:`, which would win. The
    /// link is there before the span starts, so that a sampler sees it. The sender's baggage is
    /// current within the span, and goes along with what is sent from there.
    ///
    /// This needs a [`tracing_opentelemetry`] layer with context activation, which is its default.
    pub fn span(&self, make: impl FnOnce() -> Span) -> Span {
        let span = {
            let _current = self.context.clone().attach();
            make()
        };
        if let Some(link) = self.link() {
            span.add_link(link.clone());
        }
        span
    }

    /// The context in which the receiver's span begins, for code that makes spans by other means.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The sender's span, if the receiver's span is to link to it: for a batch, whose one span has
    /// a link for each message.
    pub fn link(&self) -> Option<&SpanContext> {
        self.link.as_ref()
    }
}
