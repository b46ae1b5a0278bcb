//! What it costs to take one span for one line, children aside.

use std::collections::HashMap;

use trace_model::{Span, Value};

use super::tree::Item;
use crate::{Line, SpanRef, Want, shape::unmet};

const NAME: u32 = 6;
const SERVICE: u32 = 5;
const KIND: u32 = 2;
const STATUS: u32 = 2;
/// A span that was never received fits any line that its children fit.
const PHANTOM: u32 = 3;

/// What an earlier alignment found out, so that lines that differ in links or captures only are
/// told apart by them.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Hints {
    /// The spans that stand for a label: a line that links there wants an item that does.
    pub(super) labels: HashMap<String, Vec<SpanRef>>,
    /// The spans that the links to a label go to: the label's line wants one of them.
    pub(super) targets: HashMap<String, Vec<SpanRef>>,
    /// The value of a capture.
    pub(super) captures: HashMap<String, String>,
}

/// None where name and service both differ: they are never the same span.
pub(super) fn local(line: &Line, item: &Item<'_>, hints: &Hints) -> Option<u32> {
    let Some(span) = item.span else {
        return Some(PHANTOM);
    };
    let links = linked(line, span, hints) + targeted(line, item, hints);
    Some(plain(line, span)? + links + captured(line, span, hints))
}

/// The cost of links and captures alone; none for a phantom.
pub(super) fn related(line: &Line, item: &Item<'_>, hints: &Hints) -> Option<u32> {
    let span = item.span?;
    Some(linked(line, span, hints) + captured(line, span, hints))
}

/// The cost without links and captures.
pub(super) fn plain(line: &Line, span: &Span) -> Option<u32> {
    let name = line.name.as_ref().is_some_and(|name| *name != span.name);
    let service = line
        .service
        .as_ref()
        .is_some_and(|service| service != span.service());
    if name && service {
        return None;
    }
    let kind = line.kind.is_some_and(|kind| kind != span.kind);
    let status = !line.status.accepts(span.status.code);
    let wrong = |rule: &&crate::AttributeRule| !rule.want.accepts(span.attributes.get(&rule.key));
    let attributes = line.attributes.iter().filter(wrong).count();
    let events = unmet(&line.events, &span.events).len();
    let weigh = |is: bool, cost: u32| if is { cost } else { 0 };
    let parts = weigh(name, NAME) + weigh(service, SERVICE) + weigh(kind, KIND);
    let rest = u32::try_from(attributes + events).unwrap_or(u32::MAX / 4);
    Some(parts + weigh(status, STATUS) + rest)
}

fn linked(line: &Line, span: &Span, hints: &Hints) -> u32 {
    let absent = line.links.len().saturating_sub(span.links.len());
    let absent = u32::try_from(absent).unwrap_or(u32::MAX / 4);
    let links_to = |targets: &Vec<SpanRef>| {
        span.links.iter().any(|link| {
            let (trace_id, span_id) = (link.trace_id, link.span_id);
            targets.contains(&SpanRef { trace_id, span_id })
        })
    };
    let known = line
        .links
        .iter()
        .filter_map(|label| hints.labels.get(label));
    let wrong = known.filter(|targets| !links_to(targets)).count();
    absent.max(u32::try_from(wrong).unwrap_or(u32::MAX / 4))
}

fn targeted(line: &Line, item: &Item<'_>, hints: &Hints) -> u32 {
    let targets = line
        .label
        .as_ref()
        .and_then(|label| hints.targets.get(label));
    u32::from(targets.is_some_and(|targets| !targets.contains(&item.reference())))
}

fn captured(line: &Line, span: &Span, hints: &Hints) -> u32 {
    let differs = |rule: &&crate::AttributeRule| {
        let Want::Same(name) = &rule.want else {
            return false;
        };
        let value = span.attributes.get(&rule.key).map(Value::to_string);
        let wanted = hints.captures.get(name);
        value.is_some() && wanted.is_some() && value.as_ref() != wanted
    };
    u32::try_from(line.attributes.iter().filter(differs).count()).unwrap_or(u32::MAX / 4)
}
