//! The trace is whole at every level, and the log is as long as it was asked to be.

use filtered_away::serve;
use testkit::{Code, Diagnosis, Exercise, Fact, Seen, exercise, expect_eq};
use tracing::Level;
use tracing_subscriber::filter::Targets;

/// What is written, its level, and whose it is. Close readers of the log see the span `row` as well.
const LINES: [(Level, &str, &str); 6] = [
    (Level::ERROR, "driver", "one connection of three is down"),
    (Level::WARN, "driver", "waited for a connection"),
    (Level::INFO, "ours", "shows car 7"),
    (Level::DEBUG, "ours", "asks the driver for car 7"),
    (Level::TRACE, "driver", "row 1 of 1"),
    (Level::TRACE, "ours", "row{id=7}"),
];

/// One car is shown while `RUST_LOG` is `log`.
fn at(log: &str, test: Exercise) {
    test.program("search", || {
        serve(log, 7).map_err(|error| error.to_string())
    })
    .expect(|page| expect_eq(page.clone()?, "golf for 17500 EUR".to_owned(), "the page"))
    .fact(|seen| as_long_as_asked(seen, log))
    .verdict(include_str!("../expected.shape"));
}

/// Written is what `log` asks for, and nothing else.
fn as_long_as_asked(seen: &Seen, log: &str) -> Fact {
    let asked: Targets = log.parse().expect("the tests ask for what there is");
    let output = seen.output("search");
    for (level, target, line) in LINES {
        let name = level.as_str().to_lowercase();
        let message = match (output.contains(line), asked.would_enable(target, &level)) {
            (true, false) => format!("with `RUST_LOG={log}` a line of level {name} is written"),
            (false, true) => format!("with `RUST_LOG={log}` the {name} line `{line}` is missing"),
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

#[test]
fn the_trace_is_whole_with_a_log_level_for_the_driver_alone() {
    at("warn,driver=trace", exercise!());
}
