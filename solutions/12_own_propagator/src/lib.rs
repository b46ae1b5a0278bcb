//! Old dealers send their context in a header that nobody here understands.
//!
//! Given: `inventory` (`service.rs`) answers dealers and asks them for photos. All that it reads from
//! headers and writes into them goes through the one propagator that is made here.
//! Goal: each dealer finds `inventory`, and itself, in its own trace.
//! Done when: the header of the old ones is read and written (26 bytes, the chapter says which), and
//! the W3C's of the new ones as well, with baggage. Where both are there, the W3C's is believed; a
//! header that makes no sense is as good as none.

mod header;
mod service;

use opentelemetry::{
    Context,
    propagation::{
        Extractor, Injector, TextMapCompositePropagator, TextMapPropagator,
        text_map_propagator::FieldIter,
    },
};
#[allow(unused_imports, reason = "for the gaps")]
use {
    header::{HEADER, to_bytes, to_text},
    opentelemetry::{
        SpanId, TraceFlags, TraceId,
        trace::{SpanContext, TraceContextExt, TraceState},
    },
    opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator},
};

pub use service::inventory;

/// The context as old dealers write it.
#[derive(Debug)]
pub struct DealerPropagator;

impl TextMapPropagator for DealerPropagator {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        // ANCHOR: inject
        // DONE(12.1): write the span context into the old dealers' header
        let span = context.span();
        let span = span.span_context();
        if span.is_valid() {
            let mut bytes = vec![1];
            bytes.extend(span.trace_id().to_bytes());
            bytes.extend(span.span_id().to_bytes());
            bytes.push(span.trace_flags().to_u8());
            injector.set(HEADER, to_text(&bytes));
        }
        // END(12.1)
        // ANCHOR_END: inject
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        match extractor.get(HEADER).and_then(read) {
            Some(span) => context.with_remote_span_context(span),
            None => context.clone(),
        }
    }

    fn fields(&self) -> FieldIter<'_> {
        header::fields()
    }
}

/// The span context that the old dealers' header holds; none where it makes no sense.
fn read(header: &str) -> Option<SpanContext> {
    // ANCHOR: read
    // DONE(12.2): read the header, whatever is in it
    let bytes = to_bytes(header)?;
    let known = match bytes.first()? {
        0 | 255 => false,
        1 => bytes.len() == 26,
        _ => bytes.len() >= 26,
    };
    let trace = TraceId::from_bytes(bytes.get(1..17)?.try_into().ok()?);
    let span = SpanId::from_bytes(bytes.get(17..25)?.try_into().ok()?);
    let flags = TraceFlags::new(*bytes.get(25)?) & TraceFlags::SAMPLED;
    let context = SpanContext::new(trace, span, flags, true, TraceState::default());
    (known && context.is_valid()).then_some(context)
    // END(12.2)
    // ANCHOR_END: read
}

/// What `inventory` speaks.
pub fn propagator() -> TextMapCompositePropagator {
    // ANCHOR: all
    // DONE(12.3): speak as all dealers do; what comes last is believed most
    TextMapCompositePropagator::new(vec![
        Box::new(DealerPropagator),
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ])
    // END(12.3)
    // ANCHOR_END: all
}
