//! The mistakes that people make most: each gets its code, once.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use trace_model::{Forest, Kind, Span, SpanId, TraceId};
use trace_shape::{Code, Evidence, Report, Shape, judge};

const CHECKOUT: &str = r#"
web client "GET /checkout"
  shop server "POST /checkout" {http.route=/checkout}
    shop internal "validate_cart"
    shop client "SELECT stock" x2 {db.system.name=sqlite}
    ? shop internal "cache.lookup"
    shop producer "orders publish" as pub
mail consumer "orders process" ~> pub
  mail client "SMTP send"
"#;

fn judged(change: impl FnOnce(&mut Vec<Span>)) -> Report {
    let shape = Shape::parse(CHECKOUT).unwrap();
    let mut spans = shape.reference(7);
    change(&mut spans);
    judge(&shape, &Forest::new(spans), &Evidence::default())
}

fn codes(report: &Report) -> Vec<Code> {
    report
        .diagnoses
        .iter()
        .map(|diagnosis| diagnosis.code)
        .collect()
}

#[track_caller]
fn refused(code: Code, change: impl FnOnce(&mut Vec<Span>)) {
    let report = judged(change);
    assert_eq!(codes(&report), [code], "{:#?}", report.diagnoses);
}

fn at(spans: &[Span], name: &str) -> usize {
    spans.iter().position(|span| span.name == name).unwrap()
}

fn other_trace() -> TraceId {
    TraceId::from_bytes(&[0xe5; 16]).unwrap()
}

/// Gives the span and all below it another trace, links included.
fn split(spans: &mut [Span], top: usize) {
    let (old, new) = (spans[top].trace_id, other_trace());
    let mut moved = vec![spans[top].span_id];
    spans[top].parent_span_id = None;
    for span in spans.iter_mut() {
        let below = span
            .parent_span_id
            .is_some_and(|parent| moved.contains(&parent));
        if span.trace_id == old && (below || moved.contains(&span.span_id)) {
            moved.push(span.span_id);
            span.trace_id = new;
        }
    }
    for link in spans.iter_mut().flat_map(|span| &mut span.links) {
        if moved.contains(&link.span_id) {
            link.trace_id = new;
        }
    }
}

#[test]
fn the_reference_is_right() {
    let report = judged(|_| ());
    assert!(report.passed(), "{:#?}", report.diagnoses);
}

#[test]
fn a_subtree_that_is_a_trace_of_its_own_lost_its_context_once() {
    refused(Code::LostContext, |spans| {
        let top = at(spans, "POST /checkout");
        split(spans, top);
    });
}

#[test]
fn a_span_under_another_parent() {
    refused(Code::WrongParent, |spans| {
        let (publish, cart) = (at(spans, "orders publish"), at(spans, "validate_cart"));
        spans[publish].parent_span_id = Some(spans[cart].span_id);
    });
}

#[test]
fn a_member_of_a_group_nested_in_another_member() {
    refused(Code::WrongParent, |spans| {
        let first = at(spans, "SELECT stock");
        spans[first + 1].parent_span_id = Some(spans[first].span_id);
    });
}

#[test]
fn a_link_that_is_not_there() {
    refused(Code::MissingLink, |spans| {
        let process = at(spans, "orders process");
        spans[process].links.clear();
    });
}

#[test]
fn a_span_that_only_its_children_know() {
    refused(Code::NeverExported, |spans| {
        let post = at(spans, "POST /checkout");
        spans.remove(post);
    });
}

#[test]
fn another_kind() {
    refused(Code::WrongKind, |spans| {
        let post = at(spans, "POST /checkout");
        spans[post].kind = Kind::Internal;
    });
}

#[test]
fn a_consumer_below_its_producer() {
    refused(Code::ParentInsteadOfLink, |spans| {
        let (publish, process) = (at(spans, "orders publish"), at(spans, "orders process"));
        let (trace, parent) = (spans[publish].trace_id, spans[publish].span_id);
        let old = spans[process].trace_id;
        for span in spans.iter_mut().filter(|span| span.trace_id == old) {
            span.trace_id = trace;
        }
        spans[process].parent_span_id = Some(parent);
        spans[process].links.clear();
    });
}

#[test]
fn a_layer_that_was_never_made() {
    refused(Code::MissingSpan, |spans| {
        let post = at(spans, "POST /checkout");
        let (gone, above) = (spans[post].span_id, spans[post].parent_span_id);
        for span in spans
            .iter_mut()
            .filter(|span| span.parent_span_id == Some(gone))
        {
            span.parent_span_id = above;
        }
        spans.remove(post);
    });
}

#[test]
fn a_span_too_many() {
    refused(Code::WrongCount, |spans| {
        let mut copy = spans[at(spans, "SELECT stock")].clone();
        copy.span_id = SpanId::from_bytes(&[9; 8]).unwrap();
        spans.push(copy);
    });
}

#[test]
fn an_id_in_a_name() {
    refused(Code::IdInName, |spans| {
        let cart = at(spans, "validate_cart");
        spans[cart].name = "validate_cart 4711".into();
    });
}

#[test]
fn two_traces_that_are_one() {
    refused(Code::FalseJoin, |spans| {
        let trace = spans[0].trace_id;
        let old = spans[at(spans, "orders process")].trace_id;
        for span in spans.iter_mut().filter(|span| span.trace_id == old) {
            span.trace_id = trace;
        }
    });
}
