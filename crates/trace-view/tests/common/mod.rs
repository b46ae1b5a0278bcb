//! A report and a forest that look like a learner's.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses its own part"
)]

use trace_model::{
    Attributes, Event, Forest, Kind, Link, Resource, Span, SpanId, Status, StatusCode, TraceId,
};
use trace_shape::{Actual, Code, Diagnosis, Expected, Mark, Report, Row, SpanRef};

pub const MILLI: u64 = 1_000_000;

pub fn trace_id(start: &str) -> TraceId {
    format!("{start:0<32}").parse().unwrap()
}

pub fn span_id(start: &str) -> SpanId {
    format!("{start:0<16}").parse().unwrap()
}

pub fn expected(name: &str) -> Expected {
    Expected {
        service: "search".into(),
        name: name.into(),
        kind: "internal".into(),
        min: 1,
        max: Some(1),
        links: Vec::new(),
        label: None,
        line: 1,
    }
}

pub fn actual(trace: &str, span: &str, name: &str, times: (u64, u64)) -> Actual {
    Actual {
        span: SpanRef {
            trace_id: trace_id(trace),
            span_id: span_id(span),
        },
        service: "search".into(),
        name: name.into(),
        kind: "internal".into(),
        start_unix_nano: times.0 * MILLI,
        end_unix_nano: times.1 * MILLI,
        phantom: false,
    }
}

pub fn row(depth: usize, expected: Option<Expected>, actual: Vec<Actual>, mark: Mark) -> Row {
    let note = if mark == Mark::Wrong {
        "a trace of its own"
    } else {
        ""
    };
    let diagnosis = (mark == Mark::Wrong).then_some(0);
    Row {
        depth,
        expected,
        actual,
        mark,
        note: note.into(),
        diagnosis,
    }
}

/// Four pieces of work, three of which left the trace.
pub fn tasks() -> Report {
    let regions = Expected {
        min: 3,
        max: Some(3),
        ..expected("ask region")
    };
    let region = |id, from| actual("7f3a", id, "ask region", (from, 30));
    let mut lost = Diagnosis::new(Code::LostContext, "3 spans left the trace in the same way");
    lost.wire = Some("nothing: the work stays in the process".into());
    lost.look_at = Some("exercises/05_tasks/src/lib.rs:24, where the task is spawned".into());
    lost.chapter = Some("part2/05-tasks.html#what-a-task-carries".into());
    lost.count = 3;
    lost.spans = vec![SpanRef {
        trace_id: trace_id("91c0"),
        span_id: span_id("b1"),
    }];
    Report {
        diagnoses: vec![lost],
        rows: vec![
            row(
                0,
                Some(expected("search cars")),
                vec![actual("7f3a", "a1", "search cars", (0, 40))],
                Mark::Right,
            ),
            row(
                1,
                Some(expected("ask dealers")),
                vec![actual("91c0", "b1", "ask dealers", (2, 20))],
                Mark::Wrong,
            ),
            row(
                1,
                Some(regions),
                vec![region("a2", 2), region("a3", 3), region("a4", 3)],
                Mark::Right,
            ),
            row(
                1,
                Some(expected("read photos")),
                vec![actual("e21b", "c1", "read photos", (3, 55))],
                Mark::Wrong,
            ),
            row(
                1,
                Some(expected("score cars")),
                vec![actual("03dd", "d1", "score cars", (30, 39))],
                Mark::Wrong,
            ),
        ],
        trace_ids: ["7f3a", "91c0", "e21b", "03dd"].map(trace_id).into(),
    }
}

fn checkout_causes() -> Vec<Diagnosis> {
    let mut lost = Diagnosis::new(
        Code::LostContext,
        "`POST /checkout` of shop should be a child of `GET /checkout`, but is the root of a trace \
         of its own",
    );
    lost.wire = Some("shop was sent traceparent 00-a1b2…-01 and began trace e5f6 instead".into());
    lost.look_at = Some("where shop extracts the context from the request headers".into());
    lost.chapter = Some("part4/11-http-both-ways.html".into());
    lost.spans = vec![SpanRef {
        trace_id: trace_id("e5f6"),
        span_id: span_id("b1"),
    }];
    let mut extra = Diagnosis::new(
        Code::UnexpectedSpan,
        "`debug dump` of shop is not in the shape",
    );
    (extra.expected, extra.actual) = (Some("no such span".into()), Some("one".into()));
    vec![lost, extra]
}

/// Two services, every mark, several root causes.
pub fn checkout() -> Report {
    let of = |service: &str, name: &str, kind: &str| Expected {
        service: service.into(),
        kind: kind.into(),
        ..expected(name)
    };
    let got = |service: &str, trace, span, name, times| Actual {
        service: service.into(),
        ..actual(trace, span, name, times)
    };
    let phantom = Actual {
        phantom: true,
        ..actual("a1b2", "dead", "", (0, 0))
    };
    let cache = Expected {
        min: 0,
        ..of("shop", "cache.lookup", "internal")
    };
    let publish = Expected {
        label: Some("pub".into()),
        ..of("shop", "orders publish", "producer")
    };
    let process = Expected {
        links: vec!["pub".into()],
        ..of("mail", "orders process", "consumer")
    };
    Report {
        diagnoses: checkout_causes(),
        rows: vec![
            row(
                0,
                Some(of("web", "GET /checkout", "client")),
                vec![got("web", "a1b2", "a1", "GET /checkout", (0, 30))],
                Mark::Right,
            ),
            row(
                1,
                Some(of("shop", "POST /checkout", "server")),
                vec![got("shop", "e5f6", "b1", "POST /checkout", (2, 28))],
                Mark::Wrong,
            ),
            row(
                2,
                Some(of("shop", "validate_cart", "internal")),
                vec![got("shop", "e5f6", "b2", "validate_cart", (3, 9))],
                Mark::Follows,
            ),
            row(2, Some(cache), vec![], Mark::Absent),
            row(2, Some(publish), vec![phantom], Mark::Follows),
            row(
                2,
                None,
                vec![got("shop", "e5f6", "b7", "debug dump", (4, 5))],
                Mark::Extra,
            ),
            row(0, Some(process), vec![], Mark::Wrong),
        ],
        trace_ids: ["a1b2", "e5f6"].map(trace_id).into(),
    }
}

pub fn span(
    trace: &str,
    id: &str,
    parent: Option<&str>,
    service: &str,
    name: &str,
    times: (u64, u64),
) -> Span {
    let mut span = Span::new(trace_id(trace), span_id(id), service, name);
    span.parent_span_id = parent.map(span_id);
    span.start_unix_nano = 1_000 * MILLI + times.0 * MILLI;
    span.end_unix_nano = 1_000 * MILLI + times.1 * MILLI;
    span.resource = Resource {
        attributes: Attributes::from_iter([("service.name", service)]),
    }
    .into();
    span
}

/// A shop whose worker links back, fails, and lost a parent.
pub fn shop() -> Forest {
    let mut server = span("a1b2", "a2", Some("a1"), "shop", "POST /checkout", (2, 60));
    server.kind = Kind::Server;
    let mut work = span("e5f6", "b1", None, "mail", "orders process", (40, 90));
    work.status = Status {
        code: StatusCode::Error,
        message: "no address".into(),
    };
    let (name, attributes) = ("exception".to_owned(), Attributes::new());
    work.events = vec![Event {
        name,
        time_unix_nano: 1_080 * MILLI,
        attributes,
    }];
    work.links = vec![Link {
        trace_id: trace_id("a1b2"),
        span_id: span_id("a2"),
        trace_state: String::new(),
        attributes: Attributes::new(),
    }];
    Forest::new(vec![
        span("a1b2", "a1", None, "web", "GET /checkout", (0, 70)),
        server,
        span("a1b2", "a3", Some("a2"), "shop", "SELECT stock", (5, 25)),
        work,
        span("e5f6", "b2", Some("dead"), "mail", "SMTP send", (45, 80)),
    ])
}

/// Names that try to break out of a line, a cell or an attribute.
pub const HOSTILE: [&str; 6] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "<script>alert(1)</script>",
    "\" onmouseover=\"alert(1)",
    "'></table><img src=x>",
    "\u{202e}txt.exe\u{2066}",
    "line\nbreak\r\n\n\nblank",
];

/// A report whose every text is hostile.
pub fn hostile(text: &str) -> Report {
    let mut report = checkout();
    for diagnosis in &mut report.diagnoses {
        diagnosis.message = text.into();
        for field in [
            &mut diagnosis.wire,
            &mut diagnosis.look_at,
            &mut diagnosis.chapter,
            &mut diagnosis.expected,
            &mut diagnosis.actual,
        ] {
            *field = Some(text.into());
        }
    }
    for row in &mut report.rows {
        row.note = text.into();
        if let Some(expected) = &mut row.expected {
            (expected.name, expected.service) = (text.into(), text.into());
            (expected.kind, expected.links) = (text.into(), vec![text.into()]);
        }
        for span in &mut row.actual {
            (span.name, span.service, span.kind) = (text.into(), text.into(), text.into());
        }
    }
    report
}
