//! Whatever the code under test does, it gets a verdict that says so, within the limit.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod common;

use std::{
    io::{Read, Write},
    process::Command,
    thread,
    time::Duration,
};

use common::{Judged, is_gone, judged};
use course::Verdict;
use testkit::{Exercise, expect_eq};
use trace_shape::Code;

const SHAPE: &str = "search internal \"search cars\"\n";
/// `limit_seconds` of the fixture, and two seconds for everything else on a busy machine.
const WITHIN: Duration = Duration::from_secs(4);

/// Runs `code` as `search` and judges it.
fn search<T>(here: &'static str, code: impl FnOnce() -> T) -> Option<Judged>
where
    T: serde::Serialize + serde::de::DeserializeOwned,
{
    judged(here, |exercise: Exercise| {
        exercise.call("search", code).verdict(SHAPE);
    })
}

fn the_one_span() {
    tracing::info_span!("search cars").in_scope(|| {});
}

/// The run failed with this one diagnosis; returns its report.
fn only(run: &Judged, code: Code) -> &str {
    assert!(!run.succeeded, "{}", run.printed);
    assert_eq!(run.codes(), [code], "{}", run.printed);
    assert!(run.took < WITHIN, "took {:?}", run.took);
    &run.printed
}

#[test]
fn right_code_passes() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .call("search", || {
                the_one_span();
                vec![1, 2, 3]
            })
            .expect(|cars| expect_eq(cars.len(), 3, "all cars"))
            .verdict(SHAPE);
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
    assert_eq!(run.record.verdict, Verdict::Passed);
    assert_eq!(run.spans.len(), 1);
}

#[test]
fn an_endless_loop_times_out_with_the_spans_that_were_open() {
    let Some(run) = search::<()>(here!(), || {
        let _open = tracing::info_span!("search cars").entered();
        loop {
            std::hint::spin_loop();
        }
    }) else {
        return;
    };
    let report = only(&run, Code::TimedOut);
    assert!(report.contains("`search cars` of search"), "{report}");
    assert_eq!(run.record.verdict, Verdict::Timeout);
}

#[test]
fn async_code_that_blocks_its_threads_times_out() {
    for_each_flavour(here!(), |exercise| {
        exercise.call_async("search", || async {
            loop {
                thread::park();
            }
        })
    });
}

fn for_each_flavour(here: &'static str, code: impl FnOnce(Exercise) -> testkit::Run<()>) {
    let run = judged(here, |exercise| {
        code(exercise.current_thread()).verdict(SHAPE)
    });
    if let Some(run) = run {
        only(&run, Code::TimedOut);
    }
}

#[test]
fn a_future_that_never_ends_times_out() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .call_async("search", std::future::pending::<()>)
            .verdict(SHAPE);
    }) else {
        return;
    };
    only(&run, Code::TimedOut);
}

#[test]
fn a_panic_says_what_and_where() {
    let Some(run) = search(here!(), || -> u8 { panic!("no cars today") }) else {
        return;
    };
    let report = only(&run, Code::Panicked);
    assert!(
        report.contains("search panicked: no cars today"),
        "{report}"
    );
    let look_at = run.record.report.diagnoses[0].look_at.as_deref();
    assert!(
        look_at.unwrap().contains("tests/misdeeds.rs:"),
        "{look_at:?}"
    );
    assert_eq!(run.record.verdict, Verdict::Panicked);
}

#[test]
fn an_abort_is_told_with_its_signal() {
    let Some(run) = search::<()>(here!(), || std::process::abort()) else {
        return;
    };
    let report = only(&run, Code::Panicked);
    assert!(
        report.contains("ended by signal 6 (SIGABRT) before it answered"),
        "{report}"
    );
}

#[test]
fn an_exit_is_told_with_its_code() {
    let Some(run) = search::<()>(here!(), || std::process::exit(0)) else {
        return;
    };
    let report = only(&run, Code::Panicked);
    assert!(
        report.contains("ended its process with code 0 before it answered"),
        "{report}"
    );
}

#[test]
fn of_a_flood_of_output_the_end_is_kept() {
    let Some(run) = search(here!(), || {
        the_one_span();
        let line = [b'x'; 1023];
        for _ in 0..10_000 {
            std::io::stdout().write_all(&line).unwrap();
            std::io::stderr().write_all(b"\n").unwrap();
        }
        std::io::stdout().write_all(b"the last words\n").unwrap();
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
    let output = &run.record.exits[0].output;
    assert!(output.len() < 9 * 1024, "{}", output.len());
    assert!(output.ends_with("the last words\n"), "{output}");
}

#[test]
fn a_thread_local_subscriber_hides_spans_and_is_told_as_such() {
    let Some(run) = search(here!(), || {
        let nobody = tracing::subscriber::NoSubscriber::default();
        tracing::subscriber::with_default(nobody, the_one_span);
    }) else {
        return;
    };
    only(&run, Code::MissingSpan);
}

#[test]
fn a_second_global_subscriber_is_refused() {
    let Some(run) = search(here!(), || {
        let nobody = tracing::subscriber::NoSubscriber::default();
        tracing::subscriber::set_global_default(nobody).unwrap();
    }) else {
        return;
    };
    only(&run, Code::Panicked);
}

#[test]
fn a_provider_put_in_the_place_of_ours_is_told_as_missing_spans() {
    use opentelemetry::{global, trace::Tracer};
    let Some(run) = search(here!(), || {
        global::set_tracer_provider(opentelemetry_sdk::trace::SdkTracerProvider::default());
        global::tracer("mine").in_span("search cars", |_| {});
    }) else {
        return;
    };
    only(&run, Code::MissingSpan);
}

#[test]
fn what_the_code_started_ends_with_it() {
    let Some(run) = search(here!(), || {
        the_one_span();
        #[allow(clippy::zombie_processes, reason = "that is the misdeed")]
        let sleeper = Command::new("sleep").arg("1000").spawn().unwrap();
        println!("pid={}", sleeper.id());
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
    let output = &run.record.exits[0].output;
    let pid = output.lines().find_map(|line| line.split("pid=").nth(1));
    assert!(is_gone(pid.unwrap().parse().unwrap(), WITHIN), "{output}");
}

#[test]
fn standard_input_is_empty_and_may_be_closed() {
    let Some(run) = search(here!(), || {
        the_one_span();
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).unwrap();
        rustix::stdio::dup2_stdin(std::fs::File::open("/dev/null").unwrap()).unwrap();
        text
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
}

#[test]
fn a_wrong_answer_stands_before_what_is_wrong_with_the_trace() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .call("search", || 11)
            .expect(|cars| expect_eq(*cars, 12, "the search must still find twelve cars"))
            .expect(|_| panic!("not even {}", 11))
            .verdict(SHAPE);
    }) else {
        return;
    };
    let codes = [Code::WrongAnswer, Code::WrongAnswer, Code::MissingSpan];
    assert_eq!(run.codes(), codes, "{}", run.printed);
    assert!(
        run.printed.contains("expected 12, got 11"),
        "{}",
        run.printed
    );
    assert!(run.printed.contains("not even 11"), "{}", run.printed);
    assert!(
        !run.printed.contains("thread '"),
        "a panic was printed: {}",
        run.printed
    );
}
