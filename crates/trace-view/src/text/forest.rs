//! A waterfall of characters.

use trace_model::{Forest, NodeId, StatusCode};

use super::paint::{Tone, cell, cut, paint};
use crate::{
    Style, clean,
    label::{ShortIds, duration},
    tree::places,
};

/// Columns of a duration.
const DURATION: usize = 8;

/// Each tree of the forest with its bars on one common clock.
#[must_use]
pub fn forest(forest: &Forest, style: &Style) -> String {
    let ids = ShortIds::new(forest.trace_ids());
    let clock = Clock::of(forest);
    let mut text = String::new();
    for trace in forest.trace_ids() {
        let nodes: Vec<(NodeId, usize)> = forest
            .roots()
            .iter()
            .filter(|root| forest.node(**root).trace_id == trace)
            .flat_map(|root| forest.walk(*root))
            .collect();
        let spans = nodes
            .iter()
            .filter(|(id, _)| !forest.node(*id).is_phantom())
            .count();
        let plural = if spans == 1 { "" } else { "s" };
        let heading = format!("trace {}  {spans} span{plural}", ids.short(trace));
        text.push_str(&format!("{}\n", paint(&heading, Tone::Accent, style)));
        let places = places(nodes.iter().map(|(_, depth)| *depth));
        for ((id, _), place) in nodes.iter().zip(places) {
            text.push_str(&line(forest, *id, &place.branch, &clock, style));
        }
    }
    text
}

fn line(forest: &Forest, id: NodeId, branch: &str, clock: &Clock, style: &Style) -> String {
    let name_columns = style.width * 45 / 100;
    let bar_columns = style.width.saturating_sub(name_columns + DURATION + 6);
    let Some(span) = forest.span(id) else {
        let name = format!("{branch}{} never received", forest.node(id).span_id);
        return format!(
            " ? {}\n",
            paint(&cut(&name, style.width - 3), Tone::Faint, style)
        );
    };
    let failed = span.status.code == StatusCode::Error;
    let sign = if failed {
        paint("✗", Tone::Bad, style)
    } else {
        " ".to_owned()
    };
    let name = format!("{branch}{} {}", clean(span.service()), clean(&span.name));
    let tone = if failed { Tone::Bad } else { Tone::Accent };
    let bar = clock.bar(span.start_unix_nano, span.end_unix_nano, bar_columns);
    format!(
        " {sign} {} {} {:>DURATION$}\n",
        cell(&name, name_columns),
        paint(&cell(&bar, bar_columns), tone, style),
        duration(span.duration_nano()),
    )
}

/// The time that all spans of a forest share.
struct Clock {
    start: u64,
    length: u64,
}

impl Clock {
    fn of(forest: &Forest) -> Self {
        let spans = forest.spans().iter();
        let start = spans
            .clone()
            .map(|span| span.start_unix_nano)
            .min()
            .unwrap_or(0);
        let end = spans.map(|span| span.end_unix_nano).max().unwrap_or(0);
        Self {
            start,
            length: end.saturating_sub(start).max(1),
        }
    }

    fn bar(&self, start: u64, end: u64, columns: usize) -> String {
        let column = |time: u64| {
            let share = time.saturating_sub(self.start) as f64 / self.length as f64;
            ((share * columns as f64) as usize).min(columns)
        };
        let from = column(start).min(columns.saturating_sub(1));
        let length = column(end).saturating_sub(from).max(1);
        format!("{}{}", " ".repeat(from), "█".repeat(length))
    }
}
