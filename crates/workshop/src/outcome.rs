//! What became of one exercise.

use std::path::PathBuf;

use course::{TestRecord, Verdict};
use trace_model::TraceId;
use trace_shape::Diagnosis;

use crate::Problem;

/// How long it took, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seconds {
    /// To compile.
    pub compile: f64,
    /// To run.
    pub run: f64,
}

/// The verdict on one exercise, merged from the records of its tests.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The exercise's slug.
    pub exercise: String,
    /// How it came out: the worst of its tests.
    pub verdict: Verdict,
    /// The component that is missing, for [`Verdict::Skipped`].
    pub skipped_for: Option<String>,
    /// What the compiler says, as it renders it.
    pub compiler: Vec<String>,
    /// What each test left behind.
    pub records: Vec<TestRecord>,
    /// What else keeps it from being solved, or should be known.
    pub notes: Vec<Problem>,
    /// The folder of the records.
    pub run: Option<PathBuf>,
    /// How long it took.
    pub seconds: Seconds,
}

impl Outcome {
    pub(crate) fn new(exercise: &str, verdict: Verdict) -> Self {
        Self {
            exercise: exercise.to_owned(),
            verdict,
            skipped_for: None,
            compiler: Vec::new(),
            records: Vec::new(),
            notes: Vec::new(),
            run: None,
            seconds: Seconds::default(),
        }
    }

    /// Whether everything is as it should be.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Passed
    }

    /// Every root cause once: two tests that meet the same one do not count it twice.
    #[must_use]
    pub fn diagnoses(&self) -> Vec<&Diagnosis> {
        let mut found: Vec<&Diagnosis> = Vec::new();
        for diagnosis in self
            .records
            .iter()
            .flat_map(|record| &record.report.diagnoses)
        {
            if !found.iter().any(|known| is_same(known, diagnosis)) {
                found.push(diagnosis);
            }
        }
        found
    }

    /// The traces that were received, each once.
    #[must_use]
    pub fn trace_ids(&self) -> Vec<TraceId> {
        let mut ids: Vec<TraceId> = Vec::new();
        for id in self.records.iter().flat_map(|record| &record.trace_ids) {
            if !ids.contains(id) {
                ids.push(*id);
            }
        }
        ids
    }

    /// Takes the tests' verdicts, with the worst of them for the whole.
    pub(crate) fn merge(&mut self, records: Vec<TestRecord>) {
        for record in &records {
            self.worsen(record.verdict);
            if self.skipped_for.is_none() {
                self.skipped_for.clone_from(&record.skipped_for);
            }
        }
        self.records = records;
    }

    pub(crate) fn worsen(&mut self, verdict: Verdict) {
        if rank(verdict) > rank(self.verdict) {
            self.verdict = verdict;
        }
    }

    /// Notes what keeps it from being solved.
    pub(crate) fn refuse(&mut self, verdict: Verdict, problem: Problem) {
        self.worsen(verdict);
        self.notes.push(problem);
    }
}

/// Whether two diagnoses are of one cause.
pub(crate) fn is_same(a: &Diagnosis, b: &Diagnosis) -> bool {
    (a.code, &a.service, &a.span, &a.look_at) == (b.code, &b.service, &b.span, &b.look_at)
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Passed => 0,
        Verdict::Skipped => 1,
        Verdict::Failed => 2,
        Verdict::Panicked => 3,
        Verdict::Timeout => 4,
        Verdict::CompileError => 5,
    }
}
