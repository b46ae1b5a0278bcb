//! The spans that ended, and what the links of the deliveries lead to.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use opentelemetry::{Context, trace::SpanId};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};

/// Keeps all spans that end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<SpanData>>>);

impl SpanProcessor for Seen {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spans.push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

impl Seen {
    /// How often somebody was told, and which spans that is linked to.
    pub(crate) fn deliveries(&self) -> String {
        let spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = spans.iter().filter(|span| span.name == "process cars.sold");
        let told: Vec<_> = told.collect();
        let links = told.iter().flat_map(|span| span.links.iter());
        let ids = links.map(|link| link.span_context.span_id().to_bytes());
        let linked: BTreeSet<_> = ids.collect();
        let linked = spans.iter().filter(|span| linked.contains(&id(span)));
        let places: Vec<_> = linked.map(|span| place(span, &spans)).collect();
        let kinds: BTreeSet<_> = places.iter().map(|place| &**place).collect();
        match told.len() {
            0 => "nothing is sent".to_owned(),
            count => format!(
                "told {count} ×, linked to {} × {}",
                places.len(),
                Vec::from_iter(kinds).join(" and ")
            ),
        }
    }
}

fn id(span: &SpanData) -> [u8; 8] {
    span.span_context.span_id().to_bytes()
}

/// What a span is called, and the root of its trace.
fn place(span: &SpanData, all: &[SpanData]) -> String {
    let trace = span.span_context.trace_id();
    let mut of_trace = all
        .iter()
        .filter(|other| other.span_context.trace_id() == trace);
    let root = of_trace.find(|other| other.parent_span_id == SpanId::INVALID);
    let root = root.map_or("nobody", |root| &root.name);
    format!("`{}` below `{root}`", span.name)
}
