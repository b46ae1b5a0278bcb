//! What a test leaves for the runner, for later, and for the backend.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod common;

use std::{fs, path::Path, process::Output};

use common::{again, is_inner, judged, judged_with};
use course::{TestRecord, Verdict};
use tempfile::TempDir;
use testkit::{Exercise, Site};
use trace_lab::Receiver;

const SHAPE: &str = "search internal \"search cars\"\n";

fn search(exercise: Exercise) {
    exercise
        .call("search", || {
            tracing::info_span!("search cars").in_scope(|| {})
        })
        .verdict(SHAPE);
}

#[test]
fn a_record_comes_back_as_it_was_written() {
    let Some(run) = judged(here!(), search) else {
        return;
    };
    let text = serde_json::to_string(&run.record).unwrap();
    assert_eq!(
        serde_json::from_str::<TestRecord>(&text).unwrap(),
        run.record
    );
    assert_eq!(run.record.exercise, "fixture");
    assert_eq!(run.record.test, "a_record_comes_back_as_it_was_written");
    assert_eq!(run.record.trace_ids, [run.spans[0].trace_id]);
    let resource = &run.spans[0].resource.attributes;
    assert_eq!(resource.text("workshop.exercise"), Some("fixture"));
    assert!(
        resource
            .text("workshop.run.id")
            .is_some_and(|id| !id.is_empty())
    );
}

#[test]
fn a_copy_goes_to_the_backend_only_where_no_runner_sends_it() {
    let receiver = (!is_inner()).then(|| Receiver::start().unwrap());
    let address = receiver
        .as_ref()
        .map(Receiver::otlp_http)
        .unwrap_or_default();
    let variables = [("WORKSHOP_OTLP", &*address)];
    if Checkout::is_given() {
        return search(Checkout::exercise(here!()));
    }
    let Some(run) = judged_with(here!(), &variables, search) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
    let receiver = receiver.unwrap();
    assert_eq!(receiver.spans(), [], "the runner sends it");

    let checkout = Checkout::new();
    checkout.run(here!(), &[("WORKSHOP_OTLP", &address)]);
    let spans = receiver.spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(
        spans[0].resource.attributes.text("workshop.exercise"),
        Some("fixture")
    );
}

#[test]
fn without_a_runner_the_last_five_runs_are_kept() {
    if is_inner() {
        return search(Checkout::exercise(here!()));
    }
    let checkout = Checkout::new();
    for _ in 0..7 {
        checkout.run(here!(), &[("WORKSHOP_OTLP", "off")]);
    }
    let runs = checkout.0.path().join(".workshop/runs/fixture");
    let runs: Vec<_> = fs::read_dir(runs).unwrap().flatten().collect();
    assert_eq!(runs.len(), 5);
    for run in runs {
        let record = run
            .path()
            .join("without_a_runner_the_last_five_runs_are_kept.json");
        assert!(record.is_file(), "{}", record.display());
        assert!(record.with_extension("otlp.json").is_file());
    }
}

/// A checkout of its own, in which no runner runs.
struct Checkout(TempDir);

impl Checkout {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
        for file in ["Cargo.toml", "exercises/07_fixture/exercise.toml"] {
            let to = folder.path().join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(course.join(file), to).unwrap();
        }
        Self(folder)
    }

    fn run(&self, here: &'static str, variables: &[(&str, &str)]) -> Output {
        let exercise = self.0.path().join("exercises/07_fixture");
        let output = again(here)
            .env_remove("WORKSHOP_RUN")
            .env("TESTKIT_CHECKOUT", exercise)
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        output
    }

    fn is_given() -> bool {
        std::env::var_os("TESTKIT_CHECKOUT").is_some()
    }

    /// The exercise of the checkout that this process was started for.
    fn exercise(here: &'static str) -> Exercise {
        let folder = std::env::var("TESTKIT_CHECKOUT").unwrap_or_default();
        Exercise::at(Site {
            here,
            manifest_dir: String::leak(folder),
            package: "fixture",
            line: 1,
        })
    }
}

#[test]
fn a_missing_component_is_a_skip_with_the_command_that_installs_it() {
    let Some(run) = judged(here!(), |exercise| {
        search(exercise.needs("abacus", "apt-get install abacus", || false));
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
    assert_eq!(run.record.verdict, Verdict::Skipped);
    let line = "abacus is missing: apt-get install abacus";
    assert_eq!(run.record.skipped_for.as_deref(), Some(line));
    assert!(run.printed.contains(line), "{}", run.printed);
}

#[test]
fn a_component_that_is_there_skips_nothing() {
    let Some(run) = judged(here!(), |exercise| {
        search(exercise.needs("sh", "-", || Path::new("/bin/sh").exists()));
    }) else {
        return;
    };
    assert_eq!(run.record.verdict, Verdict::Passed, "{}", run.printed);
}

#[test]
fn a_missing_component_that_is_required_fails() {
    if is_inner() {
        let exercise = Exercise::at(common::site(here!()));
        return search(exercise.needs("nats", "apt-get install nats-server", || false));
    }
    let output = again(here!())
        .env("WORKSHOP_REQUIRE", "docker,nats")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(
        printed.contains("nats is missing, and WORKSHOP_REQUIRE demands it"),
        "{printed}"
    );
}
