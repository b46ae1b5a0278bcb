//! Verdicts as anybody gets them: from `cargo workshop check --json -`.

use std::{ffi::OsStr, io, path::Path};

use course::Verdict;
use serde::Deserialize;
use trace_shape::Code;

use crate::bench::cargo;

/// One exercise's outcome.
#[derive(Clone, Debug, Deserialize)]
pub struct Outcome {
    /// How it came out.
    pub verdict: Verdict,
    /// The component that is missing, for a skipped one.
    #[serde(default)]
    pub skipped_for: Option<String>,
    /// What is wrong.
    #[serde(default)]
    pub diagnoses: Vec<Diagnosed>,
}

/// One diagnosis.
#[derive(Clone, Debug, Deserialize)]
pub struct Diagnosed {
    /// Its code.
    pub code: Code,
    /// The broken fact.
    pub message: String,
}

#[derive(Deserialize)]
struct Results {
    results: Vec<Outcome>,
}

impl Outcome {
    /// All codes, each once, in order.
    #[must_use]
    pub fn codes(&self) -> Vec<Code> {
        let mut codes: Vec<_> = self
            .diagnoses
            .iter()
            .map(|diagnosed| diagnosed.code)
            .collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// In words, for a finding.
    #[must_use]
    pub fn said(&self) -> String {
        let diagnoses = self.diagnoses.iter().map(|diagnosed| {
            let Diagnosed { code, message } = diagnosed;
            format!("{code} ({message})")
        });
        let diagnoses: Vec<_> = diagnoses.collect();
        match diagnoses.is_empty() {
            true => format!("{:?}", self.verdict),
            false => format!("{:?}: {}", self.verdict, diagnoses.join(", ")),
        }
    }
}

/// What `cargo workshop check SLUG` with these further arguments says.
///
/// # Errors
/// When the command could not do its job, with what it said.
pub fn check(root: &Path, slug: &str, further: &[&OsStr]) -> io::Result<Outcome> {
    let output = cargo(root)
        .args([
            "run",
            "--quiet",
            "--package",
            "workshop",
            "--bin",
            "workshop",
            "--",
        ])
        .args(["check", slug, "--json", "-"])
        .args(further)
        .output()?;
    let parsed: Result<Results, _> = serde_json::from_slice(&output.stdout);
    let outcome = parsed
        .ok()
        .and_then(|parsed| parsed.results.into_iter().next());
    outcome.ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        io::Error::other(format!("no verdict ({}):\n{said}", output.status))
    })
}
