//! `cargo workshop` without a terminal: verdicts at saves, lab and book, ends of all kinds.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

mod common;
#[path = "common/runner.rs"]
mod runner;
#[path = "common/screen.rs"]
mod screen;

use std::{io::Write, net::TcpStream, process::Stdio};

use common::{Course, RIGHT, TRACE, WRONG};
use runner::Runner;
use rustix::process::Signal;
use screen::{Screen, eventually};

/// The book's address, from its line.
fn address(line: &str) -> String {
    let at = line.rfind("http://").unwrap();
    line[at + 7..].trim().to_owned()
}

fn book_of(runner: &Runner) -> String {
    runner.expect("The book is at ");
    address(&runner.expect("\n"))
}

#[test]
fn a_save_gives_a_verdict_with_lab_and_book_beside_it() {
    let course = Course::new();
    let runner = Runner::start(&course);
    runner.expect("the answer is not 42");
    let said = runner.expect("The trace viewer is at ");
    assert!(said.contains("a note of the lab"), "{said}");
    let book = book_of(&runner);
    assert!(TcpStream::connect(&book).is_ok());
    // The run from before the lab was up is delivered when it is.
    eventually("the trace is delivered", || {
        std::fs::read_to_string(course.path(".workshop/received"))
            .is_ok_and(|text| text.contains(TRACE))
    });
    let session = course.read(".workshop/session.json");
    assert!(session.contains(&book), "{session}");

    course.save(RIGHT);
    let said = runner.expect("Solved.");
    assert!(said.contains("Look at the bars."), "{said}");
    assert!(course.is_solved("one"));
    course.save(WRONG);
    runner.expect("the answer is not 42");

    assert_eq!(runner.end(Signal::TERM), Some(0));
    assert!(!course.path(".workshop/session.json").exists());
    assert!(TcpStream::connect(&book).is_err());
}

#[test]
fn the_next_exercise_is_compiled_while_the_learner_reads() {
    let course = Course::new();
    let runner = Runner::start(&course);
    book_of(&runner);
    let compiled = || {
        let files = std::fs::read_dir(course.target.join("debug/deps"));
        let mut files = files.into_iter().flatten().flatten();
        files.any(|file| {
            let name = file.file_name().to_string_lossy().into_owned();
            name.starts_with("libtwo_words") && name.ends_with(".rlib")
        })
    };
    eventually("the next exercise is compiled", compiled);
    assert_eq!(runner.end(Signal::TERM), Some(0));
}

#[test]
fn a_save_during_a_run_ends_it() {
    let course = Course::new();
    course.save("pub fn answer() -> u32 { std::fs::write(std::env::var(\"MARK\").unwrap(), \"\").unwrap(); loop { std::thread::park() } }\n");
    let mark = course.path("running");
    let mut command = course.command(&[]);
    command
        .env("MARK", &mark)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let screen = Screen::default();
    screen.read(child.stdout.take().unwrap());
    let runner = Runner { child, screen };
    eventually("it runs", || mark.exists());
    course.save(RIGHT);
    let said = runner.expect("Solved.");
    assert!(!said.contains("left no record"), "{said}");
    assert_eq!(runner.end(Signal::INT), Some(0));
}

#[test]
fn what_a_killed_runner_leaves_behind_ends_and_is_told() {
    let course = Course::new();
    let runner = Runner::start(&course);
    let book = book_of(&runner);
    let pid = runner.child.id();
    assert_eq!(runner.end(Signal::KILL), None);
    eventually("the book's port closes", || {
        TcpStream::connect(&book).is_err()
    });
    assert!(course.path(".workshop/session.json").exists());
    assert!(
        course
            .run(&["doctor"])
            .out
            .contains(&format!("process {pid} was killed"))
    );

    let runner = Runner::start(&course);
    runner.expect(&format!("The last runner (process {pid}) was killed"));
    runner.expect("the answer is not 42");
    assert_eq!(runner.end(Signal::TERM), Some(0));
    assert!(!course.path(".workshop/session.json").exists());
}

#[test]
fn a_second_runner_uses_what_the_first_one_has() {
    let course = Course::new();
    let first = Runner::start(&course);
    let book = book_of(&first);
    let second = Runner::start(&course);
    second.expect("runs here already");
    let said = second.expect("Explain ");
    assert!(said.contains(&book), "{said}");
    assert_eq!(second.end(Signal::TERM), Some(0));
    assert!(course.path(".workshop/session.json").exists());
    // `compare` finds the backend of the runner at work.
    let compare = course.run(&["compare", "one"]);
    assert_eq!(compare.code, 0, "{}{}", compare.out, compare.err);
    assert!(
        compare.out.contains(&format!("...{TRACE}?")),
        "{}",
        compare.out
    );
    assert_eq!(first.end(Signal::TERM), Some(0));
}

#[test]
fn a_deleted_exercise_is_named_and_watching_goes_on() {
    let course = Course::new();
    let runner = Runner::start(&course);
    runner.expect("the answer is not 42");
    let path = course.path("exercises/01_one/src/lib.rs");
    std::fs::remove_file(&path).unwrap();
    runner.expect("is missing or empty");
    course.save(RIGHT);
    runner.expect("Solved.");
    assert_eq!(runner.end(Signal::TERM), Some(0));
}

#[test]
fn a_lab_that_does_not_compile_costs_no_verdict() {
    let course = Course::new();
    course.write("crates/trace-lab/src/main.rs", "fn main() { missing() }\n");
    let runner = Runner::start(&course);
    runner.expect("the answer is not 42");
    runner.expect("trace-lab could not be compiled");
    book_of(&runner);
    course.save(RIGHT);
    runner.expect("Solved.");
    assert_eq!(runner.end(Signal::TERM), Some(0));
}

#[test]
fn the_lab_runs_alone_and_takes_a_run_that_was_made_meanwhile() {
    let course = Course::new();
    let lab = Runner::of(&course, &["lab"]);
    lab.expect("a note of the lab");
    let viewer = address(lab.expect("OTLP/HTTP").trim_end_matches("OTLP/HTTP"));
    assert!(TcpStream::connect(&viewer).is_ok());
    lab.expect("Ctrl-C ends it");
    assert!(course.path(".workshop/session.json").exists());
    course.save(RIGHT);
    assert_eq!(course.run(&["check", "one"]).code, 0);
    assert!(course.read(".workshop/received").contains(TRACE));
    let ran = course.run(&["open", "one"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let trace = format!("http://{viewer}/trace/{TRACE}");
    assert!(ran.out.contains(&trace), "{}", ran.out);
    assert!(ran.out.contains("book/src/part1/01-one.md"), "{}", ran.out);
    assert_eq!(lab.end(Signal::INT), Some(0));
    assert!(!course.path(".workshop/session.json").exists());
    assert!(TcpStream::connect(&viewer).is_err());
}

#[test]
fn a_lab_that_ends_is_told_and_verdicts_go_on() {
    let course = Course::new();
    let runner = Runner::start(&course);
    runner.expect("The trace viewer is at ");
    let lab = address(runner.expect(" (OTLP").trim_end_matches(" (OTLP"));
    book_of(&runner);
    let mut stream = TcpStream::connect(&lab).unwrap();
    stream.write_all(b"GET /end HTTP/1.0\r\n\r\n").unwrap();
    runner.expect("trace-lab has ended by itself");
    eventually("the session forgets it", || {
        !course.read(".workshop/session.json").contains(&lab)
    });
    course.save(RIGHT);
    let said = runner.expect("Solved.");
    assert!(!said.contains("could not be sent"), "{said}");
    assert_eq!(runner.end(Signal::TERM), Some(0));
}
