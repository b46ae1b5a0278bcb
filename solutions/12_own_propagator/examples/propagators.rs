//! The same span context in the headers of five propagators, and what becomes of its flags: two tables
//! for the book. `cargo run -p own-propagator-solution --example propagators` prints them.

#![allow(
    deprecated,
    reason = "with Zipkin's exporter its propagator is deprecated, and B3 lives on"
)]

use std::collections::{BTreeMap, HashMap};

use opentelemetry::{
    Context, SpanId, TraceFlags, TraceId,
    propagation::{Extractor, Injector, TextMapPropagator, text_map_propagator::FieldIter},
    trace::{SpanContext, TraceContextExt, TraceState},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_zipkin::{B3Encoding, Propagator as B3};

fn main() {
    println!(
        "<!-- ANCHOR: headers -->\n{}<!-- ANCHOR_END: headers -->\n",
        headers()
    );
    println!(
        "<!-- ANCHOR: flags -->\n{}<!-- ANCHOR_END: flags -->",
        flags()
    );
}

type Named = (&'static str, Box<dyn TextMapPropagator>);

fn all() -> Vec<Named> {
    vec![
        ("W3C Trace Context", Box::new(TraceContextPropagator::new())),
        (
            "this course's old dealers",
            Box::new(own_propagator_solution::propagator()),
        ),
        (
            "B3, `SingleHeader`",
            Box::new(B3::with_encoding(B3Encoding::SingleHeader)),
        ),
        (
            "B3, `MultipleHeader`",
            Box::new(B3::with_encoding(B3Encoding::MultipleHeader)),
        ),
        ("Jaeger", Box::new(Jaeger)),
    ]
}

fn written(propagator: &dyn TextMapPropagator) -> BTreeMap<String, String> {
    let mut carrier = HashMap::new();
    propagator.inject_context(
        &Context::new().with_remote_span_context(span(1)),
        &mut carrier,
    );
    carrier.into_iter().collect()
}

fn headers() -> String {
    let mut table = "| propagator | headers |\n|---|---|\n".to_owned();
    for (name, propagator) in all() {
        let mut carrier = written(&*propagator);
        if name.contains("dealers") {
            carrier.retain(|header, _| header == "dealer-context");
        }
        carrier.retain(|_, value| !value.is_empty());
        let lines = carrier
            .iter()
            .map(|(header, value)| format!("`{header}: {value}`"));
        let lines = lines.collect::<Vec<_>>().join("<br>");
        table += &format!("| {name} | {lines} |\n");
    }
    table
}

fn flags() -> String {
    let mut table = "| `traceparent` that comes in | what is sent on |\n|---|---|\n".to_owned();
    for flags in 0..4 {
        let header = format!(
            "00-{}-{}-{flags:02x}",
            span(0).trace_id(),
            span(0).span_id()
        );
        let carrier = HashMap::from([("traceparent".to_owned(), header)]);
        let w3c = TraceContextPropagator::new();
        let context = w3c.extract_with_context(&Context::new(), &carrier);
        let mut sent = HashMap::new();
        w3c.inject_context(&context, &mut sent);
        let end = |header: &str| format!("`…{}`", &header[header.len() - 3..]);
        table += &format!(
            "| {} | {} |\n",
            end(&carrier["traceparent"]),
            end(&sent["traceparent"])
        );
    }
    table
}

fn span(flags: u8) -> SpanContext {
    let trace = TraceId::from(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128);
    let span = SpanId::from(0x00f0_67aa_0ba9_02b7_u64);
    SpanContext::new(trace, span, TraceFlags::new(flags), true, TraceState::NONE)
}

/// Jaeger's own header of former times: `{trace}:{span}:{parent}:{flags}`.
#[derive(Debug)]
struct Jaeger;

const UBER: &str = "uber-trace-id";

impl TextMapPropagator for Jaeger {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        let span = context.span();
        let span = span.span_context();
        let flags = u8::from(span.is_sampled());
        let value = format!("{}:{}:0:{flags}", span.trace_id(), span.span_id());
        injector.set(UBER, value);
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        let read = || {
            let parts: Vec<_> = extractor.get(UBER)?.split(':').collect();
            let &[trace, span, _, flags] = parts.as_slice() else {
                return None;
            };
            let flags = u8::from_str_radix(flags, 16).ok()? & 1;
            let trace = TraceId::from_hex(trace).ok()?;
            let span = SpanId::from_hex(span).ok()?;
            let flags = TraceFlags::new(flags);
            let span = SpanContext::new(trace, span, flags, true, TraceState::NONE);
            span.is_valid()
                .then(|| context.with_remote_span_context(span))
        };
        read().unwrap_or_else(|| context.clone())
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_propagator_reads_what_it_has_written() {
        for (name, propagator) in all() {
            let carrier: HashMap<_, _> = written(&*propagator).into_iter().collect();
            let context = propagator.extract_with_context(&Context::new(), &carrier);
            let read = context.span().span_context().clone();
            assert_eq!(read.trace_id(), span(1).trace_id(), "{name}");
            assert_eq!(read.span_id(), span(1).span_id(), "{name}");
            assert!(read.is_sampled() && read.is_remote(), "{name}");
        }
    }
}
