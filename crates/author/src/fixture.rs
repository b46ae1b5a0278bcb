//! A tiny course for the tests of rules: whole, until a test breaks it.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{Finding, Input};

const SETTINGS: &str = r#"title = "A sample"
part = 1
minutes = 5
fails_with = ["lost-context"]
look_at = "Look at the bars."
question = "Which one is longest?"

[predict]
question = "What comes first?"
answers = ["This", "That"]
right = 0
because = "It does."

[[hints]]
nudge = "Where is the span?"
[[hints]]
api = "`Instrument`"
docs = "https://docs.rs/tracing"
[[hints]]
shape = "`future.in_current_span()`"

[gaps."01.1"]
what = "where the task is spawned"
spans = ["work"]
"#;

const STARTER: &str = "//! A sample: work in a task.
//!
//! Goal: one trace.
//! Given: the work.
//! Done when: it is a child.

fn work() {
    // TODO(01.1): carry the span
    run();
    // END(01.1)
}
";

pub(crate) struct Fixture(TempDir);

impl Fixture {
    pub(crate) fn good() -> Self {
        let fixture = Self(tempfile::tempdir().expect("a temporary folder"));
        let exercise = "exercises/01_sample";
        let mistake = "//! code: lost-context\n//! why: it looks complete\n";
        for (path, text) in [
            ("Cargo.toml", ""),
            ("exercises/01_sample/Cargo.toml", ""),
            ("exercises/01_sample/exercise.toml", SETTINGS),
            ("exercises/01_sample/src/lib.rs", STARTER),
            (
                "exercises/01_sample/tests/verify.rs",
                "//! The work stays in its trace.\n",
            ),
            (
                "exercises/01_sample/expected.shape",
                "a internal \"work\"\n",
            ),
            (
                "exercises/01_sample/alternatives/other.rs",
                "//! Another way.\n",
            ),
            ("solutions/01_sample/Cargo.toml", ""),
            (
                "solutions/01_sample/src/lib.rs",
                &STARTER.replace("TODO", "DONE"),
            ),
            ("solutions/01_sample/tests/verify.rs", ""),
            (
                "book/src/part1/01-sample.md",
                &format!("# A sample\n\n{}\n", "word ".repeat(250)),
            ),
        ] {
            fixture.write(path, text);
        }
        for name in ["one", "two", "three"] {
            fixture.write(&format!("{exercise}/mistakes/{name}.rs"), mistake);
        }
        fixture
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
        fs::write(path, text).expect("a writable file");
    }

    /// Replaces `old`, which must be there, in one file.
    pub(crate) fn replace(&self, path: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.root().join(path)).expect("the file");
        assert!(text.contains(old), "{path} does not hold {old:?}");
        self.write(path, &text.replace(old, new));
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.root().join(path)).expect("the file");
    }

    pub(crate) fn input(&self) -> Input {
        Input::load(self.root()).expect("a readable course")
    }

    /// Where a rule finds something: `path`, or `path:line`.
    pub(crate) fn paths(&self, rule: fn(&Input) -> Vec<Finding>) -> Vec<String> {
        let place = |finding: Finding| {
            assert!(
                !finding.what.is_empty() && !finding.repair.is_empty(),
                "{finding}"
            );
            match finding.line {
                0 => finding.path.display().to_string(),
                line => format!("{}:{line}", finding.path.display()),
            }
        };
        rule(&self.input()).into_iter().map(place).collect()
    }
}
