//! What the witnesses of the child processes wrote.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
};

use serde::Deserialize;
use trace_model::{Span, SpanId, TraceId};
use trace_shape::Witnessed;

/// A line of a witness file, see [`telemetry::Witness`].
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Line {
    Start {
        trace: TraceId,
        span: SpanId,
        parent: Option<SpanId>,
        sampled: bool,
        service: String,
        name: String,
    },
    End {
        trace: TraceId,
        span: SpanId,
        name: String,
    },
    Flush,
    Shutdown,
    Full,
}

/// What one or more witnesses saw.
#[derive(Debug, Default)]
pub(crate) struct Testimony {
    /// Sampled spans, by start.
    pub(crate) spans: Vec<Witnessed>,
    /// A witness stopped writing, so that what is missing proves nothing.
    pub(crate) incomplete: bool,
    /// The names of spans that were open when their provider was shut down.
    pub(crate) cut_off: BTreeSet<String>,
    /// A provider was flushed or shut down.
    pub(crate) flushed: bool,
    index: HashMap<(TraceId, SpanId), usize>,
}

impl Testimony {
    /// Adds the file at `path`; none is no testimony.
    pub(crate) fn read(&mut self, path: &Path) {
        let text = fs::read_to_string(path).unwrap_or_default();
        // The last line of a process that was killed may be cut.
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let before = self.spans.len();
        lines.for_each(|line| self.take(line, before));
    }

    fn take(&mut self, line: Line, before: usize) {
        match line {
            Line::Start {
                trace,
                span,
                parent,
                sampled: true,
                service,
                name,
            } => {
                self.index.insert((trace, span), self.spans.len());
                self.spans.push(Witnessed {
                    trace_id: trace,
                    span_id: span,
                    parent_span_id: parent,
                    service,
                    name,
                    ended: false,
                });
            }
            Line::End { trace, span, name } => {
                if let Some(&index) = self.index.get(&(trace, span)) {
                    self.spans[index].ended = true;
                    // A server's span gets its route in the course of its life.
                    self.spans[index].name = name;
                }
            }
            Line::Full => self.incomplete = true,
            Line::Flush => self.flushed = true,
            Line::Shutdown => {
                self.flushed = true;
                let open = self.spans[before..].iter().filter(|span| !span.ended);
                self.cut_off.extend(open.map(|span| span.name.clone()));
            }
            Line::Start { .. } => {}
        }
    }
}

/// Every span that was seen to start has ended, and is among those that were received.
pub(crate) fn all_over(witnessed: &[Witnessed], received: &[Span]) -> bool {
    let received: BTreeSet<_> = received.iter().map(|span| span.span_id).collect();
    let over = |span: &Witnessed| span.ended && received.contains(&span.span_id);
    witnessed.iter().all(over)
}

/// The spans that are open, in a few words: `search: ask region ×3, search cars`.
pub(crate) fn open(witnessed: &[Witnessed]) -> Option<String> {
    const NAMED: usize = 5;
    let mut counts: Vec<(String, usize)> = Vec::new();
    for span in witnessed.iter().filter(|span| !span.ended) {
        let name = format!("`{}` of {}", span.name, span.service);
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    let more = counts.len().saturating_sub(NAMED);
    let mut words: Vec<String> = counts.iter().take(NAMED).map(times).collect();
    if more > 0 {
        words.push(format!("{more} more"));
    }
    (!words.is_empty()).then(|| words.join(", "))
}

fn times((name, count): &(String, usize)) -> String {
    match count {
        1 => name.clone(),
        count => format!("{name} ×{count}"),
    }
}
