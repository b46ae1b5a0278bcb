//! Verdicts on starters, solutions, mistakes and alternatives, as the learner's command gives them.

use std::{
    env, fs, io,
    ops::Deref,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use course::{Exercise, TestRecord, Verdict};
use serde_json::Value;
use tempfile::TempDir;
use trace_model::{Span, otlp_json};
use workshop::{Cancel, Checker, Outcome, Subject, starters};

use crate::Input;

/// A verdict, and the folder of its run, which is gone afterwards: the last run that lies there is
/// the learner's.
#[derive(Debug)]
pub struct Checked(Outcome);

impl Checked {
    /// The component that is missing for a verdict, with the command that installs it.
    #[must_use]
    pub fn missing(&self) -> Option<String> {
        (self.0.verdict == Verdict::Skipped).then(|| said(&self.0))
    }
}

impl Deref for Checked {
    type Target = Outcome;

    fn deref(&self) -> &Outcome {
        &self.0
    }
}

impl Drop for Checked {
    fn drop(&mut self) {
        if let Some(folder) = &self.0.run {
            let _already_gone = fs::remove_dir_all(folder);
        }
    }
}

/// The verdict on an answer to an exercise.
///
/// # Errors
/// When there can be none, with what to do about it.
pub fn check(input: &Input, exercise: &Exercise, subject: &Subject) -> io::Result<Checked> {
    let checker = Checker::new(input.layout.clone()).unguarded();
    let outcome = checker.check(exercise, subject, &Cancel::default(), &mut |_| {});
    outcome.map(Checked).map_err(io::Error::other)
}

/// The exercise as it was before anybody edited it, as a folder to lay over it.
///
/// # Errors
/// When `starters.json` does not have it, or the folder cannot be written.
pub fn starter(input: &Input, exercise: &Exercise) -> io::Result<TempDir> {
    let known = starters::of(&input.layout);
    let starter = known.iter().find(|starter| starter.slug == exercise.slug);
    let missing = || {
        let why = format!(
            "no starter of `{}`: run `cargo author regen`",
            exercise.slug
        );
        io::Error::other(why)
    };
    let folder = tempfile::tempdir()?;
    for (path, text) in &starter.ok_or_else(missing)?.files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        fs::write(path, text)?;
    }
    Ok(folder)
}

/// One test of an exercise and the spans that it received.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its record.
    pub record: TestRecord,
    /// Its spans.
    pub spans: Vec<Span>,
}

/// The test that shows most: the first one in `verify`, the source of the tests, that failed;
/// otherwise the first one.
///
/// # Errors
/// When the run left nothing behind.
pub fn most_telling(outcome: &Outcome, verify: &str) -> io::Result<Recorded> {
    let mut records: Vec<_> = outcome.records.iter().collect();
    records.sort_by_key(|record| verify.find(&format!("fn {}(", record.test)));
    let failed = records
        .iter()
        .find(|record| record.verdict != Verdict::Passed);
    let (Some(record), Some(folder)) = (failed.or(records.first()), &outcome.run) else {
        return Err(io::Error::other(format!(
            "no record of a run: {}",
            said(outcome)
        )));
    };
    let spans = fs::read_to_string(folder.join(format!("{}.otlp.json", record.test)))?;
    let decoded = otlp_json::read(&spans).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(Recorded {
        record: (*record).clone(),
        spans: decoded.spans,
    })
}

/// An outcome in words.
#[must_use]
pub fn said(outcome: &Outcome) -> String {
    let diagnoses = outcome.diagnoses().into_iter();
    let mut parts: Vec<_> = diagnoses
        .map(|diagnosis| format!("{} ({})", diagnosis.code, diagnosis.message))
        .collect();
    parts.extend(outcome.notes.iter().map(|note| note.what.clone()));
    parts.extend(outcome.compiler.iter().cloned());
    parts.extend(outcome.skipped_for.clone());
    match parts.is_empty() {
        true => format!("{:?}", outcome.verdict),
        false => format!("{:?}: {}", outcome.verdict, parts.join(", ")),
    }
}

/// The cargo that runs us, in `root`.
#[must_use]
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(root)
        .env("NO_COLOR", "1")
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null());
    command
}

/// The executable of a package's `tests/verify.rs`, compiled.
///
/// # Errors
/// When it does not compile.
pub fn test_executable(root: &Path, package: &str) -> io::Result<PathBuf> {
    let output = cargo(root)
        .args([
            "test",
            "--no-run",
            "--message-format",
            "json",
            "--test",
            "verify",
        ])
        .args(["--package", package])
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let found = messages
        .filter(|message| message["target"]["name"] == "verify")
        .find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)));
    found.ok_or_else(|| io::Error::other(format!("no test came out of {package}")))
}
