//! The mistakes that people make most: each gets its code, once.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use trace_model::{Forest, Kind, Span, SpanId, TraceId};
use trace_shape::{Code, Crossing, Evidence, Report, Shape, compare, judge};

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

const STEPS: &str = r#"
search internal "search cars" x2
  search internal "find listings"
  search internal "value cars"
  search internal "score cars"
"#;

#[test]
fn steps_without_the_span_around_them_are_one_missing_span() {
    let shape = Shape::parse(STEPS).unwrap();
    let mut spans = shape.reference(7);
    spans.retain(|span| span.name != "search cars");
    for (number, span) in (1_u8..).zip(&mut spans) {
        span.parent_span_id = None;
        span.trace_id = TraceId::from_bytes(&[number; 16]).unwrap();
    }
    let report = judge(&shape, &Forest::new(spans), &Evidence::default());
    assert_eq!(
        codes(&report),
        [Code::MissingSpan],
        "{:#?}",
        report.diagnoses
    );
    let missing = &report.diagnoses[0].message;
    assert!(missing.contains("find listings"), "{missing}");
    assert!(report.rows.iter().all(|row| row.expected.is_some()));
}

const CALL: &str = r#"
search server "GET /cars/{id}"
  search client "GET"
    inventory server "GET /cars/{id}"
"#;

#[test]
fn a_sender_that_names_another_of_its_spans_is_the_one_to_look_at() {
    let shape = Shape::parse(CALL).unwrap();
    let mut spans = shape.reference(7);
    let (server, client, inventory) = (spans[0].clone(), spans[1].clone(), 2);
    spans[inventory].parent_span_id = Some(server.span_id);
    let traceparent = format!("00-{}-{}-01", server.trace_id, server.span_id);
    let crossing = Crossing {
        from: "search".into(),
        to: "inventory".into(),
        request: "GET /cars/7".into(),
        headers: vec![("traceparent".into(), traceparent)],
    };
    let evidence = Evidence {
        crossings: vec![crossing],
        ..Evidence::default()
    };
    let report = judge(&shape, &Forest::new(spans), &evidence);
    assert_eq!(codes(&report), [Code::WrongParent]);
    let diagnosis = &report.diagnoses[0];
    assert_eq!(diagnosis.service.as_deref(), Some("search"));
    assert_eq!(diagnosis.span.as_deref(), Some(client.name.as_str()));
    let wire = diagnosis.wire.as_deref().unwrap();
    assert!(wire.contains("search sent inventory"), "{wire}");
    assert!(wire.contains("server span"), "{wire}");
}

#[test]
fn a_span_that_is_not_expected_stands_below_its_parent() {
    let report = judged(|spans| {
        let cart = at(spans, "validate_cart");
        let mut extra = spans[cart].clone();
        extra.parent_span_id = Some(spans[cart].span_id);
        extra.span_id = SpanId::from_bytes(&[9; 8]).unwrap();
        extra.name = "again".into();
        spans.push(extra);
    });
    let place = |name: &str| {
        let named = |row: &trace_shape::Row| row.actual.iter().any(|actual| actual.name == name);
        report.rows.iter().position(named).unwrap()
    };
    assert_eq!(place("again"), place("validate_cart") + 1);
}

#[test]
fn a_run_with_values_of_its_own_is_like_the_reference() {
    let shape = "a server \"GET\" {route=/cars, id}\n  b client \"ask\" {id=$car}\n  b client \"tell\" {id=$car}";
    let reference = Shape::parse(shape).unwrap().reference(7);
    let mut own = reference.clone();
    for span in &mut own {
        if span.attributes.get("id").is_some() {
            span.attributes = [("route", "/cars"), ("id", "8125")].into_iter().collect();
        }
    }
    let report = compare(&Forest::new(reference), &Forest::new(own));
    assert_eq!(report.diagnoses, []);
}

#[test]
fn an_attribute_with_two_values_is_wrong_whatever_the_first_one_is() {
    let again = |key: &'static str, value: &'static str| {
        move |spans: &mut Vec<Span>| {
            let span = at(spans, "POST /checkout");
            let old = spans[span].attributes.iter();
            let old: Vec<_> = old
                .map(|(key, value)| (key.to_owned(), value.clone()))
                .collect();
            let new = [(key.to_owned(), trace_model::Value::from(value))];
            spans[span].attributes = old.into_iter().chain(new).collect();
        }
    };
    let report = judged(again("http.route", "/"));
    assert_eq!(codes(&report), [Code::WrongAttribute]);
    let [wrong] = &report.diagnoses[..] else {
        panic!("one diagnosis, not {:#?}", report.diagnoses);
    };
    assert_eq!(wrong.actual.as_deref(), Some("http.route=/checkout and /"));
    assert!(
        judged(again("http.route", "/checkout")).passed(),
        "the same again"
    );
    assert!(judged(again("url.path", "/")).passed(), "another key");
}

#[test]
fn a_link_to_the_other_of_two_alike_is_told_from_one_that_is_paired_otherwise() {
    const MAILS: &str = r#"
shop internal "close"
  shop producer "send mail" {id=1} as one
  shop producer "send mail" {id=2} as two
mail consumer "write mail" ~> one
mail consumer "write mail" ~> two
"#;
    let judged = |change: fn(&mut Vec<Span>)| {
        let shape = Shape::parse(MAILS).unwrap();
        let mut spans = shape.reference(7);
        change(&mut spans);
        judge(&shape, &Forest::new(spans), &Evidence::default())
    };
    assert!(judged(|_| ()).passed());
    let both = judged(|spans| {
        let name = |index: &usize| spans[*index].name == "write mail";
        let found: Vec<_> = (0..spans.len()).filter(name).collect();
        spans[found[0]].links = spans[found[1]].links.clone();
    });
    assert_eq!(codes(&both), [Code::WrongLink]);
    let message = "`write mail` of mail should link to `send mail` of shop, and links to another \
                   `send mail` of shop.";
    assert_eq!(both.diagnoses[0].message, message);
    // Two senders that hang in the wrong place are found last, when their mails are paired already.
    let moved = judged(|spans| {
        for span in spans.iter_mut().filter(|span| span.name == "send mail") {
            span.parent_span_id = None;
            span.trace_id = other_trace();
        }
        let link = |span: &mut Span| {
            span.links
                .iter_mut()
                .for_each(|it| it.trace_id = other_trace())
        };
        spans.iter_mut().for_each(link);
        spans.swap(3, 4);
    });
    assert!(
        !codes(&moved).contains(&Code::WrongLink),
        "{:#?}",
        moved.diagnoses
    );
}
