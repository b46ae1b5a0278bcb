//! The shape that a forest has.

use std::collections::HashMap;

use trace_model::{Flaw, Forest, NodeId, Span, SpanId, TraceId, Value};

use super::{AttributeRule, EventRule, Line, Shape, StatusRule, Want, reference::ANY_VALUE};
use crate::words::looks_like_an_id;

impl Shape {
    /// The shape that describes `forest`: one line for each span, all of it expected once.
    ///
    /// Links to spans of the forest become labels; where one goes elsewhere, any others are allowed.
    /// Attributes that differ between two runs of the same program ask for presence only (ids, large
    /// numbers, fractions), as do those of a reference trace for which any value is right, and those
    /// that say where code stands or which thread ran are left out, so that
    /// the shape of one run judges another. A phantom is left out with what hangs below it kept
    /// as a root, and of two spans with one id the second is left out.
    #[must_use]
    pub fn from_forest(forest: &Forest) -> Self {
        let mut maker = Maker {
            forest,
            labels: labels(forest),
            shape: Self::default(),
        };
        let mut stack: Vec<(NodeId, Option<usize>)> = Vec::new();
        stack.extend(forest.roots().iter().rev().map(|root| (*root, None)));
        while let Some((node, parent)) = stack.pop() {
            let index = maker.add(node, parent);
            let children = forest.node(node).children.iter().rev();
            stack.extend(children.map(|child| (*child, index)));
        }
        maker.shape
    }
}

struct Maker<'f> {
    forest: &'f Forest,
    labels: HashMap<(TraceId, SpanId), String>,
    shape: Shape,
}

impl Maker<'_> {
    fn add(&mut self, node: NodeId, parent: Option<usize>) -> Option<usize> {
        if self.forest.flaws().contains(&Flaw::DuplicateId(node)) {
            return parent;
        }
        let Some(span) = self.forest.span(node) else {
            return parent;
        };
        let mut line = self.line(span);
        line.parent = parent;
        Some(self.shape.push(line))
    }

    fn line(&self, span: &Span) -> Line {
        let mut line = Line::new(self.shape.lines.len() + 1);
        line.service = Some(span.service().to_owned());
        line.kind = Some(span.kind);
        line.name = Some(span.name.clone());
        line.status = StatusRule::Is(span.status.code);
        line.label = self.labels.get(&(span.trace_id, span.span_id)).cloned();
        line.attributes = attributes(span);
        line.events = span
            .events
            .iter()
            .filter_map(|event| event_rule(&event.name))
            .collect();
        for link in &span.links {
            let label = self.labels.get(&(link.trace_id, link.span_id));
            line.open_links |= label.is_none();
            line.links
                .extend(label.filter(|label| !line.links.contains(label)).cloned());
        }
        line
    }
}

/// A label for each span of the forest that another one links to.
fn labels(forest: &Forest) -> HashMap<(TraceId, SpanId), String> {
    let spans = forest.spans().iter();
    let ids: std::collections::HashSet<_> = spans
        .clone()
        .map(|span| (span.trace_id, span.span_id))
        .collect();
    let mut labels = HashMap::new();
    for link in spans.flat_map(|span| &span.links) {
        let id = (link.trace_id, link.span_id);
        if ids.contains(&id) {
            let number = labels.len() + 1;
            labels.entry(id).or_insert_with(|| format!("span{number}"));
        }
    }
    labels
}

fn event_rule(name: &str) -> Option<EventRule> {
    let (name, attributes) = (name.to_owned(), Vec::new());
    (!name.is_empty()).then_some(EventRule { name, attributes })
}

fn attributes(span: &Span) -> Vec<AttributeRule> {
    let kept = span
        .attributes
        .iter()
        .filter(|(key, _)| !tells_of_the_run(key));
    kept.map(|(key, value)| AttributeRule {
        key: key.to_owned(),
        want: want(key, value),
    })
    .collect()
}

/// Where the code stands, which thread ran it, how long: true of a run, not of a program.
fn tells_of_the_run(key: &str) -> bool {
    let namespaces = ["code.", "thread.", "process."];
    let keys = ["busy_ns", "idle_ns", "target", "workshop.request.id", ""];
    keys.contains(&key)
        || namespaces
            .iter()
            .any(|namespace| key.starts_with(namespace))
}

fn want(key: &str, value: &Value) -> Want {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) if value.unsigned_abs() < 10_000 => {
            return Want::value_of(key, &value.to_string());
        }
        _ => return Want::Present,
    };
    if text.len() > 200
        || text.starts_with(ANY_VALUE)
        || text
            .split_whitespace()
            .any(|word| looks_like_an_id(word, ""))
    {
        Want::Present
    } else {
        Want::Text(text)
    }
}
