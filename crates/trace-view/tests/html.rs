//! What a page gets: whole, escaped, on one line.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use trace_model::{Forest, Span};
use trace_view::{Links, html};

fn links() -> Links {
    Links {
        book: "http://127.0.0.1:3000".into(),
        web: "http://127.0.0.1:16686".into(),
    }
}

/// Every kind of table, with `text` wherever text can come in.
fn pages(text: &str) -> Vec<String> {
    let spans: Vec<Span> = common::shop().spans().to_vec();
    let rename = |mut span: Span| {
        span.name = text.to_owned();
        span.events
            .iter_mut()
            .for_each(|event| event.name = text.to_owned());
        span
    };
    let forest = Forest::new(spans.into_iter().map(rename).collect());
    let report = common::hostile(text);
    vec![
        html::report(&report, &links(), text),
        html::report(&report, &Links::default(), text),
        html::forest(&forest, text),
        html::marked_forest(&forest, &report, text),
        html::shape(&report, text),
    ]
}

/// The tags of a page, in order, without their attributes; `/name` for closing ones.
fn tags(page: &str) -> Vec<String> {
    let inside = page
        .split('<')
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap_or_default());
    inside
        .map(|tag| tag.split([' ', '\n']).next().unwrap_or_default().to_owned())
        .collect()
}

fn assert_balanced(page: &str) {
    let mut open = Vec::new();
    for tag in tags(page).into_iter().filter(|tag| tag != "br") {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop().as_deref(), Some(name), "in {page}"),
            None => open.push(tag),
        }
    }
    assert!(open.is_empty(), "left open: {open:?} in {page}");
}

#[test]
fn every_tag_closes_and_nothing_breaks_the_line() {
    for text in common::HOSTILE.into_iter().chain(["plain", "", "車"]) {
        for page in pages(text) {
            assert_balanced(&page);
            assert!(!page.contains(['\n', '\r', '\u{1b}', '\u{202e}']), "{page}");
        }
    }
}

#[test]
fn hostile_names_add_no_tag_and_no_attribute() {
    let plain: Vec<_> = pages("plain").iter().map(|page| tags(page)).collect();
    for name in common::HOSTILE {
        let hostile: Vec<_> = pages(name).iter().map(|page| tags(page)).collect();
        assert_eq!(hostile, plain, "{name:?} changed the tags");
        for page in pages(name) {
            let unescaped = page.contains("\" onmouseover") || page.contains("<script");
            assert!(!unescaped, "{name:?} came through: {page}");
        }
    }
}

#[test]
fn a_report_as_a_table() {
    insta::assert_snapshot!(
        html::report(&common::checkout(), &links(), "Checkout").replace("><", ">\n<")
    );
}

#[test]
fn a_forest_as_a_table() {
    insta::assert_snapshot!(html::forest(&common::shop(), "A shop").replace("><", ">\n<"));
}

#[test]
fn spans_that_a_report_calls_wrong_are_marked_in_the_waterfall() {
    let spans = vec![
        common::span("7f3a", "a1", None, "search", "search cars", (0, 40)),
        common::span("91c0", "b1", None, "search", "ask dealers", (2, 20)),
    ];
    let page = html::marked_forest(&Forest::new(spans), &common::tasks(), "Failing");
    assert_eq!(page.matches("tv-wrong").count(), 1, "{page}");
    assert_eq!(page.matches(">a trace of its own<").count(), 1, "{page}");
}

#[test]
fn levels_positions_and_sizes_are_those_of_the_tree() {
    let page = html::report(&common::checkout(), &links(), "Checkout");
    let third = "aria-level=\"3\" aria-posinset=\"4\" aria-setsize=\"4\"";
    assert!(page.contains(third), "{page}");
    assert_eq!(
        page.matches("aria-expanded=\"true\"").count(),
        2,
        "web and shop hold children"
    );
}

#[test]
fn ids_are_unique_even_where_span_ids_are_not() {
    let mut spans = common::shop().spans().to_vec();
    let mut twin = spans
        .iter()
        .find(|span| span.name == "POST /checkout")
        .unwrap()
        .clone();
    twin.name = "the same id again".into();
    spans.push(twin);
    let page = html::forest(&Forest::new(spans), "A shop");
    assert_eq!(page.matches(" id=\"").count(), 1, "{page}");
    let id = page
        .split(" id=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert!(page.contains(&format!("href=\"#{id}\"")), "{page}");
}

#[test]
fn ten_thousand_spans_are_cut_and_said_to_be() {
    let child = |index: u64| {
        let id = format!("{:016x}", index + 1);
        let parent = (index > 0).then(|| format!("{index:016x}"));
        common::span("ab", &id, parent.as_deref(), "s", "n", (index, index + 1))
    };
    let page = html::forest(&Forest::new((0..10_000).map(child).collect()), "A chain");
    assert!(page.contains("9000 more rows are not shown"));
    assert_balanced(&page);
}
