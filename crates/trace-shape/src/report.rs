//! The outcome of judging: rows that put expected beside actual, and root causes.

use serde::{Deserialize, Serialize};
use trace_model::{SpanId, TraceId};

use crate::Code;

/// What [`crate::judge`] found. A value: `trace-view` renders it, JSON carries it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// One entry for each root cause, the most telling first; none means that the trace is right.
    pub diagnoses: Vec<Diagnosis>,
    /// Expected and actual, aligned, in the order in which they are printed.
    pub rows: Vec<Row>,
    /// The traces that were judged, by start.
    pub trace_ids: Vec<TraceId>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.diagnoses.is_empty()
    }
}

/// One root cause. Texts are plain, without markup; who renders them strips control characters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// What is wrong.
    pub code: Code,
    /// The broken fact, in a sentence.
    pub message: String,
    /// The service of the span that it is about.
    pub service: Option<String>,
    /// The name of that span.
    pub span: Option<String>,
    /// What was expected, in a few words.
    pub expected: Option<String>,
    /// What was found instead, in a few words.
    pub actual: Option<String>,
    /// What the wire carried, where a carrier was seen.
    pub wire: Option<String>,
    /// Where to look: a file and line where they are known, otherwise a place in words.
    pub look_at: Option<String>,
    /// The address of the chapter, without the server: `part2/05-tasks.html#what-a-task-carries`.
    pub chapter: Option<String>,
    /// How many spans are wrong in this same way.
    #[serde(default = "one")]
    pub count: usize,
    /// The spans that are wrong, the first one the example.
    #[serde(default)]
    pub spans: Vec<SpanRef>,
}

fn one() -> usize {
    1
}

impl Diagnosis {
    /// A diagnosis with nothing but its code and message.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            service: None,
            span: None,
            expected: None,
            actual: None,
            wire: None,
            look_at: None,
            chapter: None,
            count: 1,
            spans: Vec::new(),
        }
    }
}

/// A span by its ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SpanRef {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its id.
    pub span_id: SpanId,
}

/// One line of the aligned trees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// How deep it hangs in the expected tree; for what was not expected, in the actual one.
    pub depth: usize,
    /// The expected side; none for a span that was not expected.
    pub expected: Option<Expected>,
    /// The actual spans that stand for it; empty where there is none.
    pub actual: Vec<Actual>,
    /// The verdict on this line.
    pub mark: Mark,
    /// A few words beside a line that is not right, such as `a trace of its own`.
    pub note: String,
    /// The diagnosis that this line shows, as an index into [`Report::diagnoses`].
    pub diagnosis: Option<usize>,
}

/// How a row came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// As expected.
    Right,
    /// A root cause.
    Wrong,
    /// Right in itself, but below something that is wrong.
    Follows,
    /// Optional and absent.
    Absent,
    /// Not in the shape.
    Extra,
}

/// The expected side of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// Service, or `*`.
    pub service: String,
    /// Name, or `*`.
    pub name: String,
    /// Kind, or `*`.
    pub kind: String,
    /// The least number of spans.
    pub min: usize,
    /// The greatest number of spans; none for no limit.
    pub max: Option<usize>,
    /// The labels that it links to.
    pub links: Vec<String>,
    /// The label that it is known by.
    pub label: Option<String>,
    /// The line in the shape's text, from 1.
    pub line: usize,
}

/// The actual side of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Actual {
    /// Its ids.
    #[serde(flatten)]
    pub span: SpanRef,
    /// Its service.
    pub service: String,
    /// Its name; empty for a phantom.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Start, in nanoseconds since the Unix epoch.
    pub start_unix_nano: u64,
    /// End, in nanoseconds since the Unix epoch.
    pub end_unix_nano: u64,
    /// Whether it stands in for a span that was never received.
    pub phantom: bool,
}
