//! A trace that fulfils a shape.

use std::{collections::HashMap, sync::Arc};

use trace_model::{
    Attributes, Event, Kind, Link, Resource, Span, SpanId, StatusCode, TraceId, Value,
};

use super::{AttributeRule, Line, Shape, Want};

/// 2026-01-01T00:00:00Z, so that a reference looks like a trace of today.
const EPOCH_NANO: u64 = 1_767_225_600_000_000_000;
/// Time between two starts or ends.
const STEP_NANO: u64 = 1_000_000;

impl Shape {
    /// The smallest trace that fulfils the shape.
    ///
    /// Ids come from `seed` and times are the same for every seed: children lie inside their
    /// parents, one after the other in the order of the lines. Optional spans are left out, unless
    /// a link needs them; patterns get their example, `*` a plain word.
    #[must_use]
    pub fn reference(&self, seed: u64) -> Vec<Span> {
        let mut maker = Maker {
            shape: self,
            counts: self.counts(),
            ids: Ids(seed),
            time: EPOCH_NANO,
            resources: HashMap::new(),
            spans: Vec::new(),
            lines: Vec::new(),
        };
        maker.make_all();
        maker.add_links();
        maker.spans
    }

    /// How many spans each line gets under each parent: the least, and as many as links need.
    fn counts(&self) -> Vec<usize> {
        let labels = self.lines.iter().enumerate();
        let labels: HashMap<&str, usize> = labels
            .filter_map(|(index, line)| Some((line.label.as_deref()?, index)))
            .collect();
        let mut counts: Vec<usize> = self.lines.iter().map(|line| line.min).collect();
        for line in self.lines.iter().filter(|line| line.min > 0) {
            for label in &line.links {
                let asked = line.links.iter().filter(|other| *other == label).count();
                let Some(target) = labels.get(label.as_str()) else {
                    continue;
                };
                let least = if asked > 1 { asked } else { counts[*target] };
                let most = self.lines[*target].max.unwrap_or(usize::MAX);
                counts[*target] = counts[*target].max(least).min(most);
            }
        }
        counts
    }
}

enum Step {
    Begin { line: usize, parent: Option<usize> },
    End { span: usize },
}

struct Maker<'s> {
    shape: &'s Shape,
    counts: Vec<usize>,
    ids: Ids,
    time: u64,
    resources: HashMap<String, Arc<Resource>>,
    spans: Vec<Span>,
    /// The line of each span.
    lines: Vec<usize>,
}

impl Maker<'_> {
    fn make_all(&mut self) {
        let mut stack = Vec::new();
        self.push(&mut stack, &self.shape.roots, None);
        while let Some(step) = stack.pop() {
            self.time += STEP_NANO;
            match step {
                Step::End { span } => self.spans[span].end_unix_nano = self.time,
                Step::Begin { line, parent } => {
                    let span = self.make(line, parent);
                    stack.push(Step::End { span });
                    self.push(&mut stack, &self.shape.lines[line].children, Some(span));
                }
            }
        }
    }

    fn push(&self, stack: &mut Vec<Step>, lines: &[usize], parent: Option<usize>) {
        for line in lines.iter().rev().copied() {
            stack.extend((0..self.counts[line]).map(|_| Step::Begin { line, parent }));
        }
    }

    fn make(&mut self, index: usize, parent: Option<usize>) -> usize {
        let line = &self.shape.lines[index];
        let trace = parent.map_or_else(|| self.ids.trace(), |parent| self.spans[parent].trace_id);
        let service = line.service.as_deref().unwrap_or("service");
        let name = line.name.as_deref().unwrap_or("work");
        let mut span = Span::new(trace, self.ids.span(), service, name);
        let resource = Arc::clone(&span.resource);
        span.resource = Arc::clone(self.resources.entry(service.to_owned()).or_insert(resource));
        span.parent_span_id = parent.map(|parent| self.spans[parent].span_id);
        span.kind = line.kind.unwrap_or(Kind::Internal);
        span.start_unix_nano = self.time;
        span.attributes = attributes(&line.attributes);
        span.events = events(line, self.time);
        span.status.code = line.status.example();
        if span.status.code == StatusCode::Error {
            span.status.message = "the operation failed".to_owned();
        }
        self.lines.push(index);
        self.spans.push(span);
        self.spans.len() - 1
    }

    /// The nth span of a line links to the nth of its label, and again from the first.
    fn add_links(&mut self) {
        let members = self.members();
        let mut made = vec![0; self.shape.lines.len()];
        for span in 0..self.spans.len() {
            let line = self.lines[span];
            let (links, mut used) = (&self.shape.lines[line].links, HashMap::new());
            for label in links {
                let Some(targets) = members.get(label.as_str()).filter(|all| !all.is_empty())
                else {
                    continue;
                };
                let repeat = used.entry(label).or_insert(0_usize);
                let target = &self.spans[targets[(made[line] + *repeat) % targets.len()]];
                let link = link_to(target);
                *repeat += 1;
                self.spans[span].links.push(link);
            }
            made[line] += 1;
        }
    }

    fn members(&self) -> HashMap<String, Vec<usize>> {
        let mut members: HashMap<String, Vec<usize>> = HashMap::new();
        for (span, line) in self.lines.iter().enumerate() {
            if let Some(label) = &self.shape.lines[*line].label {
                members.entry(label.clone()).or_default().push(span);
            }
        }
        members
    }
}

fn link_to(target: &Span) -> Link {
    Link {
        trace_id: target.trace_id,
        span_id: target.span_id,
        trace_state: String::new(),
        attributes: Attributes::new(),
    }
}

fn attributes(rules: &[AttributeRule]) -> Attributes {
    rules
        .iter()
        .map(|rule| (rule.key.as_str(), value(&rule.want)))
        .collect()
}

/// How a value begins in a reference trace where any value is right.
pub(super) const ANY_VALUE: &str = "(any value";

fn value(want: &Want) -> Value {
    let text = match want {
        Want::Int(number) => return Value::Int(*number),
        Want::Present => format!("{ANY_VALUE})"),
        Want::Text(text) => text.clone(),
        Want::Match(pattern) => pattern.example().to_owned(),
        Want::Same(name) => format!("{ANY_VALUE}: {name})"),
    };
    Value::String(text)
}

fn events(line: &Line, time: u64) -> Vec<Event> {
    let event = |rule: &super::EventRule| Event {
        name: rule.name.clone(),
        time_unix_nano: time + STEP_NANO / 2,
        attributes: attributes(&rule.attributes),
    };
    line.events.iter().map(event).collect()
}

/// Ids by `SplitMix64`: well spread, and the same for the same seed.
struct Ids(u64);

impl Ids {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn span(&mut self) -> SpanId {
        loop {
            if let Ok(id) = SpanId::from_bytes(&self.next().to_be_bytes()) {
                return id;
            }
        }
    }

    fn trace(&mut self) -> TraceId {
        loop {
            let number = (u128::from(self.next()) << 64) | u128::from(self.next());
            if let Ok(id) = TraceId::from_bytes(&number.to_be_bytes()) {
                return id;
            }
        }
    }
}
