//! A waterfall.

use std::collections::{HashMap, HashSet};

use trace_model::{Forest, Node, NodeId, Span, SpanId, StatusCode, TraceId};
use trace_shape::{Mark, Report};

use super::{
    lane::{self, Axis, Lane},
    table::{Palette, Table, badge, cell, row, row_header, service_and_name},
};
use crate::{
    critical::{critical_path, self_time},
    label::{ShortIds, duration},
    tree::{Place, places},
};

/// A page with more rows than this is no longer read; what is left out is said.
const MAX_ROWS: usize = 1000;
/// Events that are named behind a span; all of them are ticks on the bar.
const NAMED_EVENTS: usize = 4;

/// `<trace-view>`: every tree of the forest with its bars on one common clock, the critical path,
/// events, links, errors and the parents that were never received.
#[must_use]
pub fn forest(forest: &Forest, caption: &str) -> String {
    Waterfall::new(forest, caption, HashMap::new()).html(caption)
}

/// [`forest`](fn@forest) with the spans that `report` calls wrong marked as such.
#[must_use]
pub fn marked_forest(forest: &Forest, report: &Report, caption: &str) -> String {
    let wrong = report
        .rows
        .iter()
        .filter(|row| matches!(row.mark, Mark::Wrong | Mark::Extra));
    let notes = wrong.flat_map(|row| row.actual.iter().map(|span| (span.span, row.note.as_str())));
    let notes = notes
        .map(|(span, note)| ((span.trace_id, span.span_id), note))
        .collect();
    Waterfall::new(forest, caption, notes).html(caption)
}

struct Waterfall<'a> {
    forest: &'a Forest,
    notes: HashMap<(TraceId, SpanId), &'a str>,
    /// What the ids of linked rows start with: two tables on one page must not share ids.
    anchor: String,
    linked: HashSet<(TraceId, SpanId)>,
    ids: ShortIds,
    many_traces: bool,
    axis: Axis,
    critical: Vec<Vec<(u64, u64)>>,
    palette: Palette,
}

impl<'a> Waterfall<'a> {
    fn new(forest: &'a Forest, caption: &str, notes: HashMap<(TraceId, SpanId), &'a str>) -> Self {
        let links = forest.spans().iter().flat_map(|span| &span.links);
        let times = forest
            .spans()
            .iter()
            .map(|span| (span.start_unix_nano, span.end_unix_nano));
        Self {
            forest,
            notes,
            anchor: slug(caption),
            linked: links.map(|link| (link.trace_id, link.span_id)).collect(),
            ids: ShortIds::new(forest.trace_ids()),
            many_traces: forest.trace_ids().len() > 1,
            axis: Axis::around(times),
            critical: critical_path(forest),
            palette: Palette::default(),
        }
    }

    fn html(mut self, caption: &str) -> String {
        let forest = self.forest;
        let nodes: Vec<(NodeId, usize)> = forest
            .roots()
            .iter()
            .flat_map(|root| forest.walk(*root))
            .collect();
        let places = places(nodes.iter().map(|(_, depth)| *depth));
        let shown = nodes.iter().zip(&places).take(MAX_ROWS);
        let rows = shown
            .map(|((id, _), place)| self.line(*id, place))
            .collect();
        let hidden = nodes.len().saturating_sub(MAX_ROWS);
        let below = match hidden {
            0 => String::new(),
            hidden => format!("<p class=\"tv-more\">{hidden} more rows are not shown.</p>"),
        };
        Table {
            element: "trace-view",
            caption,
            head: &[
                ("tv-wide", "Span"),
                ("tv-num", "Start"),
                ("tv-num", "Duration"),
            ],
            axis_end: Some(duration(self.axis.length())),
            rows,
            below,
        }
        .html()
    }

    fn line(&mut self, id: NodeId, place: &Place) -> String {
        match self.forest.span(id) {
            Some(span) => self.span(id, span, place),
            None => self.phantom(id, place),
        }
    }

    /// The short trace id before the name of a root, where there is more than one trace.
    fn trace(&self, id: NodeId) -> String {
        let node = self.forest.node(id);
        match self.many_traces && node.parent.is_none() {
            true => format!(
                "<code class=\"tv-id\">{}</code> ",
                self.ids.short(node.trace_id)
            ),
            false => String::new(),
        }
    }

    fn phantom(&self, id: NodeId, place: &Place) -> String {
        let node = self.forest.node(id);
        let name = format!(
            "{}<span>parent <code>{}</code></span>{}",
            self.trace(id),
            node.span_id,
            badge("tv-bad", "never received")
        );
        let empty = cell("tv-num", "").repeat(2);
        let lane = "<td role=\"gridcell\" class=\"tv-none\"></td>";
        let id = self.id(id);
        format!(
            "{}{}{empty}{lane}</tr>",
            row(place, "tv-phantom", &id),
            row_header(&name)
        )
    }

    fn span(&mut self, id: NodeId, span: &Span, place: &Place) -> String {
        let mut class = self.palette.class(span.service());
        let note = self.notes.get(&(span.trace_id, span.span_id));
        if span.status.code == StatusCode::Error || note.is_some() {
            class.push_str(" tv-wrong");
        }
        let lane = Lane {
            bars: vec![(span.start_unix_nano, span.end_unix_nano)],
            critical: &self.critical[id.index()],
            events: span
                .events
                .iter()
                .map(|event| event.time_unix_nano)
                .collect(),
        };
        format!(
            "{}{}{}{}{}</tr>",
            row(place, &class, &self.id(id)),
            row_header(&self.name(id, span, note.copied())),
            cell(
                "tv-num",
                &duration(self.axis.since_start(span.start_unix_nano))
            ),
            cell("tv-num", &self.durations(id, span)),
            lane::cell(self.axis, &lane),
        )
    }

    fn name(&self, id: NodeId, span: &Span, note: Option<&str>) -> String {
        let mut text = self.trace(id);
        text.push_str(&service_and_name(span.service(), &span.name));
        if span.status.code == StatusCode::Error {
            text.push_str(&badge("tv-bad", "error"));
        }
        if let Some(note) = note {
            text.push_str(&badge(
                "tv-bad",
                if note.is_empty() { "wrong" } else { note },
            ));
        }
        for event in span.events.iter().take(NAMED_EVENTS) {
            text.push_str(&badge("tv-event", &format!("event {}", event.name)));
        }
        let links = span.links.iter().map(|link| (link.trace_id, link.span_id));
        text.extend(links.map(|target| self.link(target)));
        text
    }

    /// An arrow with the name of what is linked to; a link within the page where it is shown.
    fn link(&self, (trace, span): (TraceId, SpanId)) -> String {
        let Some(node) = self.forest.find(trace, span) else {
            let why = if self.forest.trace_ids().contains(&trace) {
                "which was not received"
            } else {
                "in a trace that is not shown here"
            };
            return badge("tv-link", &format!("→ links to span {span}, {why}"));
        };
        let name = self.forest.span(node).map_or("", |span| &span.name);
        let (anchor, name) = (self.anchor(trace, span), super::foreign(name));
        format!(" <a class=\"tv-badge tv-link\" href=\"#{anchor}\">→ links to {name}</a>")
    }

    /// The `id` of a row that something links to; of several rows with one span id the first has it.
    fn id(&self, id: NodeId) -> String {
        let Node {
            trace_id, span_id, ..
        } = *self.forest.node(id);
        let is_linked = self.linked.contains(&(trace_id, span_id));
        if is_linked && self.forest.find(trace_id, span_id) == Some(id) {
            format!(" id=\"{}\"", self.anchor(trace_id, span_id))
        } else {
            String::new()
        }
    }

    fn anchor(&self, trace: TraceId, span: SpanId) -> String {
        format!("{}-{}-{span}", self.anchor, self.ids.short(trace))
    }

    fn durations(&self, id: NodeId, span: &Span) -> String {
        let whole = duration(span.duration_nano());
        if self.forest.node(id).children.is_empty() {
            return whole;
        }
        let own = duration(self_time(self.forest, id));
        format!("{whole}<br><small>self {own}</small>")
    }
}

fn slug(caption: &str) -> String {
    let dashed = caption.chars().map(|char| match char.to_ascii_lowercase() {
        char if char.is_ascii_alphanumeric() => char,
        _ => '-',
    });
    format!("tv-{}", dashed.collect::<String>())
}
