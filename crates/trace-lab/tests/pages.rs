//! The pages: readable without script, and no place for markup out of spans.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a test that cannot send or read fails")]

mod common;

use common::{get, lab};
use trace_lab::{Lab, client::Client};
use trace_model::{Attributes, Event, Link, Span, SpanId, Status, StatusCode, TraceId, Value};

const HOSTILE: &str =
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u{202e}gnp\u{1b}[31m\u{0}";

fn trace(number: u8) -> TraceId {
    TraceId::from_bytes(&[number; 16]).unwrap()
}

fn id(number: u8) -> SpanId {
    SpanId::from_bytes(&[number; 8]).unwrap()
}

/// Every text of it is hostile.
fn hostile() -> Vec<Span> {
    let attributes = Attributes::from_iter([
        (HOSTILE, Value::from(HOSTILE)),
        ("url", Value::from(format!("http://x/{HOSTILE}"))),
        ("docs", Value::from("https://example.org/'onclick='x")),
        ("script", Value::from("javascript:alert(3)")),
        ("list", Value::Array(vec![Value::from(HOSTILE)])),
    ]);
    let mut span = Span::new(trace(1), id(1), HOSTILE, HOSTILE);
    span.trace_state = HOSTILE.into();
    span.status = Status {
        code: StatusCode::Error,
        message: HOSTILE.into(),
    };
    span.attributes = attributes.clone();
    span.events = vec![Event {
        name: HOSTILE.into(),
        time_unix_nano: 1_500_000_000,
        attributes: attributes.clone(),
    }];
    span.links = vec![Link {
        trace_id: trace(2),
        span_id: id(2),
        trace_state: HOSTILE.into(),
        attributes,
    }];
    span.scope = std::sync::Arc::new(trace_model::Scope {
        name: HOSTILE.into(),
        version: HOSTILE.into(),
    });
    let mut twin = span.clone();
    twin.name.push('2');
    let mut orphan = Span::new(trace(1), id(3), HOSTILE, HOSTILE);
    orphan.parent_span_id = Some(id(9));
    let mut other = Span::new(trace(2), id(2), HOSTILE, HOSTILE);
    other.links = vec![Link {
        trace_id: trace(1),
        span_id: id(1),
        trace_state: String::new(),
        attributes: Attributes::new(),
    }];
    vec![span, twin, orphan, other]
}

fn filled() -> Lab {
    let lab = lab();
    Client::new(&lab.web(), &lab.otlp_http())
        .send(&hostile())
        .unwrap();
    lab
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[test]
fn hostile_texts_stay_texts_on_every_page() {
    let lab = filled();
    let query = encoded(HOSTILE);
    let (a, b) = (trace(1), trace(2));
    for path in [
        "/".to_owned(),
        format!("/search?service={query}&operation={query}&tags=a%3D%22{query}%22"),
        format!("/search?min={query}"),
        format!("/search?tags={query}"),
        format!("/trace/{a}"),
        format!("/trace/{a}?uiFind=script"),
        format!("/trace/{a}?uiFind={query}"),
        format!("/trace/{a}...{b}"),
        format!("/trace/{query}"),
        format!("/trace/{query}...{query}"),
        format!("/compare?a={query}&b={query}"),
    ] {
        let response = get(&format!("{}{path}", lab.web()));
        let kind = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(kind, "text/html; charset=utf-8", "{path}");
        let csp = response.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            csp.starts_with("default-src 'none';") && !csp.contains("script-src 'unsafe"),
            "{csp}"
        );
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let page = response.text().unwrap();
        for wrong in [
            "<script>",
            "<img",
            "alert(2)>",
            "href=\"javascript",
            "\u{202e}",
            "\u{1b}",
            "\u{0}",
        ] {
            assert!(!page.contains(wrong), "{path} holds {wrong:?}:\n{page}");
        }
        for tag in page.split('<').skip(1) {
            let tag = tag.split('>').next().unwrap();
            let outside_quotes: String = tag.split('"').step_by(2).collect();
            assert!(!outside_quotes.contains("onerror"), "{path}: <{tag}>");
        }
    }
}

#[test]
fn a_trace_page_says_everything_without_script() {
    let lab = filled();
    let page = get(&format!("{}/trace/{}", lab.web(), trace(1)))
        .text()
        .unwrap();
    for part in [
        "treegrid",
        "never received",
        "another span has the same id",
        "1 span names this span as parent",
        "Self time",
        "1 event",
        "rel=\"noopener noreferrer\"",
        &format!("href=\"/trace/{}?uiFind={1}#span-{1}\"", trace(2), id(2)),
        &format!("id=\"span-{}\"", id(1)),
    ] {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
    assert!(
        page.matches("Linked from").count() >= 1,
        "the link of the other trace is not shown"
    );
}

#[test]
fn those_who_link_to_a_span_are_named_in_the_order_of_their_starts() {
    let lab = lab();
    let publisher = Span::new(trace(1), id(1), "search", "publish");
    let attempt = |number: u8| {
        let mut span = Span::new(
            trace(number),
            id(number),
            "alerts",
            &format!("try {number}"),
        );
        span.start_unix_nano = 100 - u64::from(number);
        span.links = vec![Link {
            trace_id: trace(1),
            span_id: id(1),
            trace_state: String::new(),
            attributes: Attributes::new(),
        }];
        span
    };
    let sent = [publisher, attempt(2), attempt(3), attempt(4)];
    Client::new(&lab.web(), &lab.otlp_http())
        .send(&sent)
        .unwrap();
    let page = get(&format!("{}/trace/{}", lab.web(), trace(1)));
    let page = page.text().unwrap();
    let places = ["alerts try 4", "alerts try 3", "alerts try 2"].map(|try_| page.find(try_));
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{places:?} in\n{page}"
    );
}

#[test]
fn a_page_loads_only_what_the_lab_serves() {
    let lab = filled();
    let page = get(&format!("{}/trace/{}", lab.web(), trace(1)))
        .text()
        .unwrap();
    assert_eq!(page.matches("<script ").count(), 1);
    for (path, kind) in [
        ("lab.css", "text/css"),
        ("trace-view.css", "text/css"),
        ("trace-view.js", "text/javascript"),
    ] {
        let path = format!("/lab/{path}");
        assert!(page.contains(&format!("\"{path}\"")), "{path}");
        let asset = get(&format!("{}{path}", lab.web()));
        assert_eq!(asset.status(), 200, "{path}");
        assert!(
            asset.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with(kind),
            "{path}"
        );
    }
}

#[test]
fn what_is_not_here_is_explained() {
    let lab = filled();
    let ask = |path: &str| {
        let response = get(&format!("{}{path}", lab.web()));
        (response.status().as_u16(), response.text().unwrap())
    };
    let (code, page) = ask(&format!("/trace/{}", trace(7)));
    assert!(
        code == 404 && page.contains("batch exporter") && page.contains(&trace(7).to_string()),
        "{page}"
    );
    let (code, page) = ask(&format!("/trace/{}...{}", trace(1), trace(7)));
    assert!(
        code == 404 && page.contains(&trace(7).to_string()),
        "{page}"
    );
    let (code, page) = ask("/trace/hello");
    assert!(code == 400 && page.contains("32 hex digits"), "{page}");
    let (code, page) = ask("/search?min=soon");
    assert!(code == 400 && page.contains("200ms"), "{page}");
    let (code, page) = ask("/search?operation=none+such");
    assert!(code == 200 && page.contains("No trace fits"), "{page}");
    assert_eq!(ask("/nowhere").0, 404);
}

#[test]
fn a_trace_of_ten_thousand_spans_has_a_page() {
    let lab = lab();
    let spans = (1..=10_000_u64).map(|number| {
        Span::new(
            trace(1),
            SpanId::from_bytes(&number.to_be_bytes()).unwrap(),
            "load",
            "work",
        )
    });
    lab.store().insert(spans.collect()).unwrap();
    let page = get(&format!("{}/trace/{}", lab.web(), trace(1)))
        .text()
        .unwrap();
    assert!(
        page.contains("Only the first 5000 of 10000 spans"),
        "{}",
        &page[..2_000]
    );
    assert!(page.len() < 16 << 20, "{} bytes", page.len());
}

#[test]
fn two_traces_are_aligned_and_what_differs_is_named() {
    let lab = lab();
    let pair = |of: u8, names: [&str; 2]| {
        let mut spans = names.map(|name| Span::new(trace(of), id(1), "shop", name));
        spans[1].span_id = id(2);
        spans[1].parent_span_id = Some(id(1));
        spans
    };
    let spans = [
        pair(1, ["checkout", "pay"]),
        pair(2, ["checkout", "pay"]),
        pair(3, ["checkout", "refuse"]),
    ];
    lab.store().insert(spans.concat()).unwrap();
    let compare = |a: u8, b: u8| {
        get(&format!("{}/trace/{}...{}", lab.web(), trace(a), trace(b)))
            .text()
            .unwrap()
    };
    let same = compare(1, 2);
    assert!(
        same.contains("Both have the same spans") && same.contains("<trace-diff"),
        "{same}"
    );
    let other = compare(1, 3);
    assert!(
        other.contains("What differs") && other.contains("refuse") && other.contains("pay"),
        "{other}"
    );
    assert!(!other.contains("Both have the same spans"), "{other}");
}
