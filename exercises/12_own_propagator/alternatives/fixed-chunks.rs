//! Arrays of a fixed length in the place of ranges: the length is checked once.

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
struct DealerPropagator;

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
    let bytes: [u8; 26] = match to_bytes(header)?.as_slice() {
        bytes @ [1, ..] => bytes.try_into().ok()?,
        [0 | 255, ..] => return None,
        bytes => *bytes.first_chunk()?,
    };
    let [_, rest @ ..] = bytes;
    let (trace, rest) = rest.split_first_chunk()?;
    let (span, flags) = rest.split_first_chunk()?;
    let context = SpanContext::new(
        TraceId::from_bytes(*trace),
        SpanId::from_bytes(*span),
        TraceFlags::default().with_sampled(flags[0] & 1 == 1),
        true,
        TraceState::NONE,
    );
    context.is_valid().then_some(context)
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
