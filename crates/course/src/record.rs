//! What one test of an exercise leaves behind for the runner: `<test>.json` in the folder that
//! `WORKSHOP_RUN` names, and its spans beside it as OTLP JSON in `<test>.otlp.json`.

use serde::{Deserialize, Serialize};
use trace_model::TraceId;
use trace_shape::{Crossing, Report};

/// The version of [`TestRecord`].
pub const RECORD_SCHEMA: u32 = 1;

/// How a test of an exercise came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything is as it should be.
    Passed,
    /// The trace, or the answer, is not.
    Failed,
    /// It does not compile (only the runner can say so).
    CompileError,
    /// It did not finish within the limit.
    Timeout,
    /// It panicked, aborted or ended its process.
    Panicked,
    /// A component that it needs is not here.
    Skipped,
}

/// How a process of the learner's ended, where that is worth telling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// The service that it was.
    pub service: String,
    /// In words: `ended by signal 6 (SIGABRT)`.
    pub how: String,
    /// The last lines that it printed, at most 8 KiB.
    pub output: String,
}

/// One test of an exercise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestRecord {
    /// [`RECORD_SCHEMA`].
    pub schema: u32,
    /// The exercise's slug.
    pub exercise: String,
    /// The name of the test function.
    pub test: String,
    /// The line on which it stands: tests are told of in the order in which they are written.
    #[serde(default)]
    pub line: u32,
    /// How it came out.
    pub verdict: Verdict,
    /// The component that is missing, for [`Verdict::Skipped`], with the command that installs it.
    pub skipped_for: Option<String>,
    /// The report: diagnoses complete with `look_at` and `chapter`.
    pub report: Report,
    /// The traces that were received.
    pub trace_ids: Vec<TraceId>,
    /// What crossed the wire.
    pub crossings: Vec<Crossing>,
    /// How the processes ended.
    pub exits: Vec<Exit>,
    /// How long it ran, in seconds.
    pub seconds: f64,
}
