//! Nothing outlives a test, not even one that is killed; and one test does not disturb another.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod common;

use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use common::{again, again_as, is_gone, is_inner, judged, judged_with, site};
use course::{TestRecord, Verdict};
use tempfile::TempDir;
use testkit::Exercise;

const WITHIN: Duration = Duration::from_secs(5);

/// Runs `found` again and again until it finds something, for [`WITHIN`].
fn eventually<T>(found: impl Fn() -> Option<T>, what: &str) -> T {
    let deadline = Instant::now() + WITHIN;
    loop {
        match found() {
            Some(found) => return found,
            None if Instant::now() > deadline => panic!("never {what}"),
            None => thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn when_the_test_is_killed_its_processes_go_and_its_files() {
    if is_inner() {
        let exercise = Exercise::at(site(here!()));
        return exercise
            .call("search", || {
                #[allow(clippy::zombie_processes, reason = "that is the misdeed")]
                let child = Command::new("sleep").arg("1000").spawn().unwrap();
                let pids = format!("{} {}", std::process::id(), child.id());
                let file = std::env::var("TESTKIT_PIDS").unwrap();
                fs::write(format!("{file}.new"), pids).unwrap();
                fs::rename(format!("{file}.new"), file).unwrap();
                loop {
                    thread::park();
                }
            })
            .expect(|(): &()| Ok(()))
            .verdict("search internal \"search cars\"\n");
    }
    let folder = TempDir::new().unwrap();
    let temporary = TempDir::new().unwrap();
    let pids = folder.path().join("pids");
    let mut test = again(here!())
        .env("TESTKIT_PIDS", &pids)
        .env("TMPDIR", temporary.path())
        .spawn()
        .unwrap();
    let text = eventually(|| fs::read_to_string(&pids).ok(), "started");
    assert_eq!(files(temporary.path()).len(), 1, "the witness's folder");
    test.kill().unwrap();
    test.wait().unwrap();
    for pid in text.split(' ') {
        assert!(
            is_gone(pid.parse().unwrap(), WITHIN),
            "{pid} outlived the test"
        );
    }
    let empty = || files(temporary.path()).is_empty().then_some(());
    eventually(empty, "were the test's temporary files removed");
}

#[test]
fn a_test_that_is_over_leaves_no_file() {
    // In the code's own process it would stay: that process never returns to here.
    let temporary = (!is_inner()).then(|| TempDir::new().unwrap());
    let path = temporary
        .as_ref()
        .map(|folder| folder.path().display().to_string());
    let variables = [("TMPDIR", path.as_deref().unwrap_or_default())];
    let Some(run) = judged_with(here!(), &variables, |exercise| {
        exercise
            .call("search", || {
                tracing::info_span!("search cars").in_scope(|| {})
            })
            .verdict("search internal \"search cars\"\n");
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
    assert_eq!(files(temporary.unwrap().path()), Vec::<String>::new());
}

/// An exercise whose ten steps are named after the test.
fn ten_steps(exercise: Exercise, name: &'static str) {
    let shape = format!("search internal \"all\"\n  search internal \"{name}\" x10\n");
    exercise
        .call("search", || {
            let _all = tracing::info_span!("all").entered();
            for _ in 0..10 {
                tracing::info_span!("step", otel.name = name).in_scope(|| {});
            }
        })
        .verdict(&shape);
}

#[test]
fn first() {
    if let Some(run) = judged(here!(), |exercise| ten_steps(exercise, "first")) {
        assert!(run.succeeded, "{}", run.printed);
    }
}

#[test]
fn second() {
    if let Some(run) = judged(here!(), |exercise| ten_steps(exercise, "second")) {
        assert!(run.succeeded, "{}", run.printed);
    }
}

#[test]
fn tests_in_one_process_do_not_disturb_each_other() {
    let folder = TempDir::new().unwrap();
    let output = again_as(&["first", "second"])
        .env("WORKSHOP_RUN", folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    for name in ["first", "second"] {
        let text = fs::read_to_string(folder.path().join(format!("{name}.json"))).unwrap();
        let record: TestRecord = serde_json::from_str(&text).unwrap();
        assert_eq!(record.verdict, Verdict::Passed, "{text}");
        assert_eq!(record.trace_ids.len(), 1, "{text}");
    }
}
