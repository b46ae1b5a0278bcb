//! A test that looks at its own verdict: it starts itself again as the test of an exercise, which
//! starts itself again as the code under test.

use std::{env, path::PathBuf, process::Command, time::Duration, time::Instant};

use course::TestRecord;
use tempfile::TempDir;
use testkit::{Exercise, Site};
use trace_model::Span;
use trace_shape::Code;

/// Says that this process is the test of an exercise.
const INNER: &str = "TESTKIT_INNER";

/// What a test of an exercise left behind.
pub(crate) struct Judged {
    pub(crate) record: TestRecord,
    pub(crate) spans: Vec<Span>,
    pub(crate) printed: String,
    pub(crate) succeeded: bool,
    pub(crate) took: Duration,
    /// Where its record lies.
    pub(crate) folder: TempDir,
}

impl Judged {
    /// The codes, in order.
    pub(crate) fn codes(&self) -> Vec<Code> {
        let diagnoses = self.record.report.diagnoses.iter();
        diagnoses.map(|diagnosis| diagnosis.code).collect()
    }
}

/// The learner's package of the fixture.
pub(crate) fn site(here: &'static str) -> Site {
    Site {
        here,
        manifest_dir: concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/course/exercises/07_fixture"
        ),
        package: "fixture",
        line: 1,
    }
}

/// Whether this process is the test of an exercise, or the code under test.
pub(crate) fn is_inner() -> bool {
    env::var_os(INNER).is_some() || env::var_os("WORKSHOP_CHILD").is_some()
}

/// This executable again, as the test of an exercise.
pub(crate) fn again(here: &'static str) -> Command {
    again_as(&[test_name(here)])
}

/// This executable again, as these tests of exercises, all at the same time.
pub(crate) fn again_as(tests: &[&str]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(tests)
        .args(["--exact", "--nocapture"])
        .env("RUST_TEST_THREADS", tests.len().to_string())
        .env(INNER, "1");
    command
}

fn test_name(here: &'static str) -> &'static str {
    here.split("::").nth(1).unwrap()
}

/// Runs `body` as the test of an exercise in a process of its own, and returns what it left behind;
/// none in that process itself.
pub(crate) fn judged(here: &'static str, body: impl FnOnce(Exercise)) -> Option<Judged> {
    judged_with(here, &[], body)
}

/// [`judged`] with more environment variables.
pub(crate) fn judged_with(
    here: &'static str,
    variables: &[(&str, &str)],
    body: impl FnOnce(Exercise),
) -> Option<Judged> {
    if is_inner() {
        body(Exercise::at(site(here)));
        return None;
    }
    let folder = TempDir::new().unwrap();
    let test = test_name(here);
    let started = Instant::now();
    let output = again(here)
        .env("WORKSHOP_RUN", folder.path())
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let took = started.elapsed();
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    let read = |name: String| {
        let path: PathBuf = folder.path().join(name);
        std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}\n{printed}", path.display()))
    };
    Some(Judged {
        record: serde_json::from_str(&read(format!("{test}.json"))).unwrap(),
        spans: trace_model::otlp_json::read(&read(format!("{test}.otlp.json")))
            .map(|decoded| decoded.spans)
            .unwrap_or_default(),
        printed,
        succeeded: output.status.success(),
        took,
        folder,
    })
}

/// The type name of a function inside the test, as `exercise!` takes it.
#[macro_export]
macro_rules! here {
    () => {{
        fn here() {}
        fn name_of<T>(_: T) -> &'static str {
            std::any::type_name::<T>()
        }
        name_of(here)
    }};
}

/// Whether the process is gone, or a zombie that nobody reaps, within `limit`.
pub(crate) fn is_gone(pid: u32, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        let state = Command::new("ps")
            .args(["-o", "stat=", "-p", &pid.to_string()])
            .output()
            .unwrap();
        let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
        if state.is_empty() || state.starts_with('Z') {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
