//! The machine's report: `{"schema":1,"results":[…]}`.

use course::Verdict;
use serde::Serialize;
use trace_model::TraceId;
use trace_shape::{Code, Diagnosis};

use crate::Outcome;

/// The whole report.
#[derive(Debug, Serialize)]
pub struct Document {
    /// 1.
    pub schema: u32,
    /// One entry for each exercise or trace.
    pub results: Vec<ResultEntry>,
}

/// One exercise, or for `judge` one trace.
#[derive(Debug, Serialize)]
pub struct ResultEntry {
    /// The exercise's slug; for `judge` the path of the shape.
    pub exercise: String,
    /// How it came out.
    pub verdict: Verdict,
    /// The component that is missing, where it was skipped.
    pub skipped_for: Option<String>,
    /// Every root cause.
    pub diagnoses: Vec<DiagnosisEntry>,
    /// The traces that were judged.
    pub trace_ids: Vec<TraceId>,
    /// How long it took.
    pub seconds: SecondsEntry,
}

/// One root cause. Fields that do not apply are `null`.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of trace_shape::Diagnosis")]
pub struct DiagnosisEntry {
    pub code: Code,
    pub message: String,
    pub service: Option<String>,
    pub span: Option<String>,
    pub expected: Option<String>,
    pub actual: Option<String>,
    pub wire: Option<String>,
    pub look_at: Option<String>,
    pub chapter: Option<String>,
}

/// Seconds, to the millisecond.
#[derive(Debug, Serialize)]
pub struct SecondsEntry {
    /// To compile.
    pub compile: f64,
    /// To run.
    pub run: f64,
}

impl Document {
    /// The report on these outcomes.
    #[must_use]
    pub fn of<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> Self {
        Self {
            schema: 1,
            results: outcomes.into_iter().map(entry).collect(),
        }
    }

    /// As text, with a line break at its end.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Numbers, texts and lists: nothing that could fail to become JSON.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

fn entry(outcome: &Outcome) -> ResultEntry {
    ResultEntry {
        exercise: outcome.exercise.clone(),
        verdict: outcome.verdict,
        skipped_for: outcome.skipped_for.clone(),
        diagnoses: outcome.diagnoses().into_iter().map(diagnosis).collect(),
        trace_ids: outcome.trace_ids(),
        seconds: SecondsEntry {
            compile: rounded(outcome.seconds.compile),
            run: rounded(outcome.seconds.run),
        },
    }
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

fn diagnosis(found: &Diagnosis) -> DiagnosisEntry {
    let found = found.clone();
    DiagnosisEntry {
        code: found.code,
        message: found.message,
        service: found.service,
        span: found.span,
        expected: found.expected,
        actual: found.actual,
        wire: found.wire,
        look_at: found.look_at,
        chapter: found.chapter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seconds;

    #[test]
    fn the_schema_is_as_promised() {
        let mut outcome = Outcome::new("tasks", Verdict::CompileError);
        outcome.seconds = Seconds {
            compile: 0.123_456,
            run: 0.0,
        };
        let text = Document::of([&outcome]).to_text();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let wanted = serde_json::json!({"schema": 1, "results": [{
            "exercise": "tasks", "verdict": "compile-error", "skipped_for": null, "diagnoses": [],
            "trace_ids": [], "seconds": {"compile": 0.123, "run": 0.0}}]});
        assert_eq!(value, wanted);
        let entry = diagnosis(&Diagnosis::new(Code::LostContext, "lost"));
        let entry = serde_json::to_value(entry).unwrap();
        let wanted = serde_json::json!({"code": "lost-context", "message": "lost",
            "service": null, "span": null, "expected": null, "actual": null, "wire": null,
            "look_at": null, "chapter": null});
        assert_eq!(entry, wanted);
    }
}
