//! The trace is whole at every level, and the log is as long as it was asked to be.

use filtered_away::serve;
use testkit::{Code, Diagnosis, Exercise, Fact, Seen, exercise, expect_eq};

/// A log line and its level, the loudest first.
const LINES: [(&str, &str); 5] = [
    ("error", "one connection of three is down"),
    ("warn", "waited for a connection"),
    ("info", "shows car 7"),
    ("debug", "asks the driver for car 7"),
    ("trace", "row 1 of 1"),
];

/// One car is shown while `RUST_LOG` is `level`.
fn at(level: &str, test: Exercise) {
    test.program("search", || {
        serve(level, 7).map_err(|error| error.to_string())
    })
    .expect(|page| expect_eq(page.clone()?, "golf for 17500 EUR".to_owned(), "the page"))
    .fact(|seen| as_long_as_asked(seen, level))
    .verdict(include_str!("../expected.shape"));
}

/// Written is what the level asks for, and nothing else.
fn as_long_as_asked(seen: &Seen, level: &str) -> Fact {
    let loudest = LINES.iter().position(|(known, _)| *known == level);
    let asked = loudest.map_or(0, |last| last + 1);
    let output = seen.output("search");
    for (index, (at, line)) in LINES.iter().enumerate() {
        let message = match (output.contains(line), index < asked) {
            (true, false) => format!("with `RUST_LOG={level}` a line of level {at} is written"),
            (false, true) => format!("with `RUST_LOG={level}` the {at} line `{line}` is missing"),
            _ => continue,
        };
        return Err(Diagnosis::new(Code::WrongAnswer, message).into());
    }
    Ok(())
}

#[test]
fn the_trace_is_whole_with_log_level_off() {
    at("off", exercise!());
}

#[test]
fn the_trace_is_whole_with_log_level_error() {
    at("error", exercise!());
}

#[test]
fn the_trace_is_whole_with_log_level_warn() {
    at("warn", exercise!());
}

#[test]
fn the_trace_is_whole_with_log_level_info() {
    at("info", exercise!());
}

#[test]
fn the_trace_is_whole_with_log_level_debug() {
    at("debug", exercise!());
}

#[test]
fn the_trace_is_whole_with_log_level_trace() {
    at("trace", exercise!());
}
