//! Random forests that a correct program could have sent.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::HashSet;

use proptest::prelude::*;
use trace_model::{Attributes, Event, Kind, Link, Span, SpanId, StatusCode, TraceId};
use trace_shape::Report;

/// One span before it gets ids: what hangs where is chosen by numbers.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    root: bool,
    parent: prop::sample::Index,
    service: u8,
    name: u8,
    kind: u8,
    failed: bool,
    attribute: Option<u8>,
    event: bool,
    link: Option<prop::sample::Index>,
}

fn seed() -> impl Strategy<Value = Seed> {
    let place = (prop::bool::weighted(0.15), any::<prop::sample::Index>());
    let what = (0_u8..3, 0_u8..6, 0_u8..3, prop::bool::weighted(0.2));
    let link = prop::option::weighted(0.15, any::<prop::sample::Index>());
    let rest = (prop::option::of(0_u8..3), prop::bool::weighted(0.2), link);
    (place, what, rest).prop_map(
        |((root, parent), (service, name, kind, failed), rest)| Seed {
            root,
            parent,
            service,
            name,
            kind,
            failed,
            attribute: rest.0,
            event: rest.1,
            link: rest.2,
        },
    )
}

pub(crate) fn trace_id(number: usize) -> TraceId {
    TraceId::from_bytes(&(number as u128 + 1).to_be_bytes()).expect("no id is zero")
}

pub(crate) fn span_id(number: usize) -> SpanId {
    SpanId::from_bytes(&(number as u64 + 1).to_be_bytes()).expect("no id is zero")
}

/// Parents before children; each span starts after all before it.
pub(crate) fn spans(most: usize) -> impl Strategy<Value = Vec<Span>> {
    prop::collection::vec(seed(), 1..most).prop_map(|seeds| {
        let mut spans: Vec<Span> = Vec::new();
        for (number, seed) in seeds.into_iter().enumerate() {
            spans.push(grow(&spans, number, &seed));
        }
        spans
    })
}

fn grow(spans: &[Span], number: usize, seed: &Seed) -> Span {
    let parent = (number > 0 && !seed.root).then(|| &spans[seed.parent.index(number)]);
    let trace = parent.map_or(trace_id(number), |parent| parent.trace_id);
    let service = ["search", "pricing", "inventory"][usize::from(seed.service)];
    let names = ["ask", "score", "read", "publish", "settle", "load"];
    let mut span = Span::new(
        trace,
        span_id(number),
        service,
        names[usize::from(seed.name)],
    );
    span.parent_span_id = parent.map(|parent| parent.span_id);
    span.kind = [Kind::Internal, Kind::Client, Kind::Server][usize::from(seed.kind)];
    span.start_unix_nano = 1_000_000 * (number as u64 + 1);
    span.end_unix_nano = span.start_unix_nano + 1_000;
    if seed.failed {
        span.status.code = StatusCode::Error;
    }
    if let Some(value) = seed.attribute {
        span.attributes
            .set("cars.kind", ["golf", "polo", "up"][usize::from(value)]);
    }
    if seed.event {
        span.events.push(Event {
            name: "exception".into(),
            time_unix_nano: span.start_unix_nano,
            attributes: Attributes::new(),
        });
    }
    if let Some(link) = seed.link.filter(|_| number > 0) {
        let target = &spans[link.index(number)];
        if span.parent_span_id != Some(target.span_id) {
            span.links.push(link_to(target));
        }
    }
    span
}

pub(crate) fn link_to(target: &Span) -> Link {
    Link {
        trace_id: target.trace_id,
        span_id: target.span_id,
        trace_state: String::new(),
        attributes: Attributes::new(),
    }
}

/// The span and all below it, as places in `spans`.
pub(crate) fn below(spans: &[Span], top: usize) -> Vec<usize> {
    let mut ids = HashSet::from([(spans[top].trace_id, spans[top].span_id)]);
    let mut found = vec![top];
    for (index, span) in spans.iter().enumerate() {
        let parent = span.parent_span_id.map(|parent| (span.trace_id, parent));
        if parent.is_some_and(|parent| ids.contains(&parent)) {
            ids.insert((span.trace_id, span.span_id));
            found.push(index);
        }
    }
    found
}

/// Moves spans into another trace; links to them follow.
pub(crate) fn retrace(spans: &mut [Span], which: &[usize], trace: TraceId) {
    let ids: HashSet<_> = which
        .iter()
        .map(|at| (spans[*at].trace_id, spans[*at].span_id))
        .collect();
    for index in which {
        spans[*index].trace_id = trace;
    }
    for link in spans.iter_mut().flat_map(|span| &mut span.links) {
        if ids.contains(&(link.trace_id, link.span_id)) {
            link.trace_id = trace;
        }
    }
}

/// A report without ids, to compare two that differ in nothing else.
pub(crate) fn without_ids(report: &Report) -> String {
    let mut text = String::new();
    for diagnosis in &report.diagnoses {
        text += &format!("{} x{}\n", diagnosis.code, diagnosis.count);
    }
    for row in &report.rows {
        let actual: Vec<_> = row
            .actual
            .iter()
            .map(|one| (&one.service, &one.name))
            .collect();
        text += &format!("{} {:?} {:?} {}\n", row.depth, row.mark, actual, row.note);
    }
    text
}
