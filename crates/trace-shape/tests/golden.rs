//! Each code as it reads, in `tests/golden/<code>.txt`: what is expected, what was received, what
//! the harness saw, and the report. `UPDATE_GOLDEN=1 cargo test -p trace-shape --test golden`
//! writes the reports anew; read the difference before you keep it.
//!
//! What was received is written as a shape whose reference is judged. Attributes change it:
//! `test.drop` leaves the span out, `test.first-trace` moves it into the trace of the first span,
//! `test.twin` sends it a second time with another status, `test.link-twice` doubles its links,
//! `test.longer` makes it ten milliseconds longer. In the evidence `@trace:NAME@`, `@span:NAME@`,
//! `@start:NAME@` and `@start+3ms:NAME@` stand for what the first span of that name has.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::{fmt::Write, fs, path::PathBuf};

use trace_model::{Forest, Span, StatusCode};
use trace_shape::{Code, Diagnosis, Evidence, Report, Row, Shape, judge};

/// Codes that the harness finds out, and no trace shows.
const BESIDE_THE_TRACE: [Code; 5] = [
    Code::DroppedSpans,
    Code::TooExpensive,
    Code::WrongAnswer,
    Code::Panicked,
    Code::TimedOut,
];

struct Case<'t> {
    title: &'t str,
    expected: &'t str,
    yours: &'t str,
    evidence: Option<&'t str>,
    report: &'t str,
}

fn file(code: Code) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{code}.txt"))
}

fn cases(text: &str) -> Vec<Case<'_>> {
    let read = |case| {
        let (head, report) = str::split_once(case, "-- report\n").expect("a case has a report");
        let (title, head) = head
            .split_once("\n-- expected\n")
            .expect("a case expects something");
        let (expected, yours) = head.split_once("-- yours\n").expect("a case has spans");
        let (yours, evidence) = match yours.split_once("-- evidence\n") {
            Some((yours, evidence)) => (yours, Some(evidence)),
            None => (yours, None),
        };
        Case {
            title,
            expected,
            yours,
            evidence,
            report,
        }
    };
    text.split("== ").skip(1).map(read).collect()
}

fn is(span: &Span, what: &str) -> bool {
    span.attributes.get(what).is_some()
}

/// What was received, and before that what was made.
fn received(case: &Case<'_>) -> (Vec<Span>, Vec<Span>) {
    let shape = Shape::parse(case.yours).unwrap_or_else(|error| panic!("{}: {error}", case.title));
    let made = shape.reference(3);
    let first = made[0].trace_id;
    let moved: Vec<_> = made
        .iter()
        .filter(|span| is(span, "test.first-trace"))
        .collect();
    let moved: Vec<_> = moved.iter().map(|span| span.span_id).collect();
    let mut spans = made.clone();
    for span in &mut spans {
        if moved.contains(&span.span_id) {
            span.trace_id = first;
        }
        for link in span
            .links
            .iter_mut()
            .filter(|link| moved.contains(&link.span_id))
        {
            link.trace_id = first;
        }
        if is(span, "test.link-twice") {
            span.links.extend(span.links.clone());
        }
        if is(span, "test.longer") {
            span.end_unix_nano += 10_000_000;
        }
    }
    let mut twins: Vec<Span> = spans
        .iter()
        .filter(|span| is(span, "test.twin"))
        .cloned()
        .collect();
    twins
        .iter_mut()
        .for_each(|span| span.status.code = StatusCode::Ok);
    spans.extend(twins);
    spans.retain(|span| !is(span, "test.drop"));
    (spans, made)
}

fn evidence(case: &Case<'_>, made: &[Span]) -> Evidence {
    let Some(text) = case.evidence else {
        return Evidence::default();
    };
    let mut text = text.to_owned();
    for span in made {
        let start = span.start_unix_nano;
        for (what, value) in [
            ("trace", span.trace_id.to_string()),
            ("span", span.span_id.to_string()),
            ("start", start.to_string()),
            ("start+3ms", (start + 3_000_000).to_string()),
            ("start+5ms", (start + 5_000_000).to_string()),
        ] {
            text = text.replace(&format!("@{what}:{}@", span.name), &value);
        }
    }
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", case.title))
}

fn judged(case: &Case<'_>) -> Report {
    let shape =
        Shape::parse(case.expected).unwrap_or_else(|error| panic!("{}: {error}", case.title));
    let (spans, made) = received(case);
    judge(&shape, &Forest::new(spans), &evidence(case, &made))
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    for diagnosis in &report.diagnoses {
        text += &diagnosis_text(diagnosis);
    }
    for row in &report.rows {
        text += &row_text(row);
    }
    text + "\n"
}

fn diagnosis_text(diagnosis: &Diagnosis) -> String {
    let mut text = format!(
        "{} x{}: {}\n",
        diagnosis.code, diagnosis.count, diagnosis.message
    );
    let about = [&diagnosis.service, &diagnosis.span].map(|one| one.as_deref().unwrap_or("-"));
    writeln!(text, "  about: {}", about.join(" ")).unwrap();
    for (name, value) in [
        ("expected", &diagnosis.expected),
        ("actual", &diagnosis.actual),
        ("wire", &diagnosis.wire),
        ("look at", &diagnosis.look_at),
    ] {
        if let Some(value) = value {
            writeln!(text, "  {name}: {value}").unwrap();
        }
    }
    text
}

fn row_text(row: &Row) -> String {
    let mark = format!("{:?}", row.mark);
    let expected = row
        .expected
        .as_ref()
        .map_or("(nothing)", |expected| &expected.name);
    let names = row.actual.iter().map(|one| {
        if one.phantom {
            "(never received)"
        } else {
            &one.name
        }
    });
    let actual: Vec<&str> = names.collect();
    let left = format!("{}{expected}", "  ".repeat(row.depth));
    let line = format!("{mark:<8}{left:<24}| {} | {}", actual.join(", "), row.note);
    format!("{}\n", line.trim_end_matches([' ', '|']))
}

#[test]
fn every_code_reads_as_it_should() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for code in Code::ALL
        .iter()
        .filter(|code| !BESIDE_THE_TRACE.contains(code))
    {
        let before =
            fs::read_to_string(file(*code)).unwrap_or_else(|error| panic!("{code}: {error}"));
        let cases = cases(&before);
        assert!(
            cases.len() >= 3,
            "{code} has {} cases of at least three",
            cases.len()
        );
        let mut after = String::new();
        for case in &cases {
            let report = judged(case);
            let codes: Vec<Code> = report
                .diagnoses
                .iter()
                .map(|diagnosis| diagnosis.code)
                .collect();
            assert!(
                codes.iter().all(|found| found == code) && !codes.is_empty(),
                "{code}, {}: {codes:?}\n{}",
                case.title,
                text(&report)
            );
            let now = text(&report);
            if !update {
                assert_eq!(case.report, now, "{code}, {}", case.title);
            }
            write!(
                after,
                "== {}\n-- expected\n{}-- yours\n{}",
                case.title, case.expected, case.yours
            )
            .unwrap();
            if let Some(evidence) = case.evidence {
                write!(after, "-- evidence\n{evidence}").unwrap();
            }
            write!(after, "-- report\n{now}").unwrap();
        }
        if update {
            fs::write(file(*code), after).unwrap();
        }
    }
}

#[test]
fn what_the_harness_finds_out_is_a_diagnosis_as_well() {
    for code in BESIDE_THE_TRACE {
        for message in [
            "",
            "`ask dealers` of search answered 0 cars, not 12.",
            "ends at \u{202e} and \u{1b}[31m",
        ] {
            let diagnosis = Diagnosis::new(code, message);
            let json = serde_json::to_value(&diagnosis).unwrap();
            assert_eq!(json["code"], code.as_str());
            assert_eq!(json["message"], message);
            assert_eq!(json["count"], 1);
            assert_eq!(
                serde_json::from_value::<Diagnosis>(json).unwrap(),
                diagnosis
            );
        }
    }
}
