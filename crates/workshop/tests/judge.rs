//! `judge`: the grader for anybody's service.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

mod common;

use std::{io::Write, process::Stdio};

use common::{Course, TRACE};

const SHAPE: &str = "search server \"GET /cars\"\n  search client \"SELECT cars\"\n";

fn span(id: &str, parent: &str, name: &str, kind: u8) -> String {
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"search"}}}}]}},"scopeSpans":[{{"spans":[{{"traceId":"{TRACE}","spanId":"{id}","parentSpanId":"{parent}","name":"{name}","kind":{kind},"startTimeUnixNano":"1","endTimeUnixNano":"2"}}]}}]}}]}}"#
    )
}

fn right() -> String {
    let parent = span("00f067aa0ba902b7", "", "GET /cars", 2);
    let child = span("00f067aa0ba902b8", "00f067aa0ba902b7", "SELECT cars", 3);
    format!("{parent}\n{child}\n")
}

#[test]
fn a_right_trace_passes_and_a_wrong_one_is_diagnosed() {
    let course = Course::new();
    course.write("my.shape", SHAPE);
    course.write("right.json", &right());
    course.write("wrong.json", &span("00f067aa0ba902b7", "", "GET /cars", 2));
    let passed = course.run(&["judge", "my.shape", "right.json"]);
    assert_eq!(passed.code, 0, "{}{}", passed.out, passed.err);
    let ran = course.run(&["judge", "my.shape", "wrong.json"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("missing-span") && ran.out.contains("SELECT cars"),
        "{}",
        ran.out
    );
    let ran = course.run(&["judge", "my.shape", "wrong.json", "--json", "-"]);
    let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(value["results"][0]["exercise"], "my.shape");
    assert_eq!(value["results"][0]["verdict"], "failed");
    assert_eq!(value["results"][0]["diagnoses"][0]["code"], "missing-span");
    assert_eq!(value["results"][0]["trace_ids"][0], TRACE);
}

#[test]
fn spans_come_from_standard_input_and_from_several_files() {
    let course = Course::new();
    course.write("my.shape", SHAPE);
    let mut command = course.command(&["judge", "my.shape", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(right().as_bytes())
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let text = right();
    let (one, two) = text.split_once('\n').unwrap();
    course.write("one.json", one);
    course.write("two.json", two);
    assert_eq!(
        course
            .run(&["judge", "my.shape", "two.json", "one.json"])
            .code,
        0
    );
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    let course = Course::new();
    course.write("my.shape", SHAPE);
    course.write("bad.shape", "search servre \"x\"\n");
    course.write("right.json", &right());
    course.write("bad.json", "{\n oops");
    for (arguments, says) in [
        (["judge", "bad.shape", "right.json"], "bad.shape"),
        (["judge", "my.shape", "bad.json"], "bad.json"),
        (["judge", "my.shape", "absent.json"], "absent.json"),
        (["judge", "absent.shape", "right.json"], "absent.shape"),
    ] {
        let ran = course.run(&arguments);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(
            ran.err.contains(says) && ran.err.contains("To do"),
            "{}",
            ran.err
        );
    }
}
