//! Traces that are one and should be several, and spans that outlast what they stand for.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use trace_model::{Kind, TraceId, Value};

use super::{Case, Finding, Place, look, named, shorten};
use crate::{Code, REQUEST_ID, judge::tree::Item};

/// How much longer than the measured call a request's span may last: clocks and the way back.
const TOLERANCE_NANO: u64 = 1_000_000;

pub(super) fn findings(case: &Case<'_, '_>) -> Vec<Finding> {
    let mut joined: HashSet<TraceId> = already_joined(case);
    let mut findings = two_roots(case, &joined);
    joined.extend(
        findings
            .iter()
            .flat_map(|finding| &finding.diagnosis.spans)
            .map(|span| span.trace_id),
    );
    findings.extend(two_requests(case, &joined));
    findings.extend(stretched(case));
    findings
}

/// Traces of which it is said already that they are joined.
fn already_joined(case: &Case<'_, '_>) -> HashSet<TraceId> {
    let said = |place: Place| {
        matches!(
            place,
            Place::Joined(_) | Place::ParentInstead(_) | Place::Forged
        )
    };
    let said = case
        .received()
        .filter(|(index, _)| said(case.places[*index]));
    said.map(|(_, item)| item.trace_id).collect()
}

/// Two roots of the shape in one trace, neither below the other.
fn two_roots(case: &Case<'_, '_>, joined: &HashSet<TraceId>) -> Vec<Finding> {
    let mut roots: BTreeMap<TraceId, Vec<usize>> = BTreeMap::new();
    for (index, instance) in case.alignment.live() {
        let item = case.item_of(index);
        if let (None, Some(item)) = (instance.parent, item.filter(|item| item.caller.is_none())) {
            roots.entry(item.trace_id).or_default().push(index);
        }
    }
    let joined = roots
        .into_iter()
        .filter(|(trace, all)| all.len() > 1 && !joined.contains(trace));
    joined
        .filter_map(|(trace, all)| two_roots_of(case, trace, &all))
        .collect()
}

fn two_roots_of(case: &Case<'_, '_>, trace: TraceId, roots: &[usize]) -> Option<Finding> {
    let mut roots = roots.to_vec();
    roots.sort_by_key(|index| {
        (
            case.item_of(*index).map(Item::start),
            case.instance(*index).line,
        )
    });
    let (first, second) = (
        case.item_of(*roots.first()?)?,
        case.item_of(*roots.get(1)?)?,
    );
    let message = format!(
        "{} and {} are in one trace, {}, and should be in two: each of them begins work of its own.",
        named(first),
        named(second),
        shorten(&trace.to_string())
    );
    let finding = Finding::new(
        Code::FalseJoin,
        message,
        trace.to_string(),
        "not a trace of its own",
    )
    .about(case, roots[1])
    .between("a trace for each", "one trace for both")
    .look_at(look::span(
        second,
        first,
        "where this work gets the id of its trace",
    ));
    Some(finding)
}

/// Two of the harness's request ids in one trace.
fn two_requests(case: &Case<'_, '_>, joined: &HashSet<TraceId>) -> Vec<Finding> {
    let mut requests: BTreeMap<TraceId, BTreeMap<String, usize>> = BTreeMap::new();
    for (index, item) in case.tree.items.iter().enumerate() {
        if let Some(id) = request_id(item) {
            requests
                .entry(item.trace_id)
                .or_default()
                .entry(id)
                .or_insert(index);
        }
    }
    let joined = requests
        .into_iter()
        .filter(|(trace, ids)| ids.len() > 1 && !joined.contains(trace));
    joined
        .map(|(trace, ids)| two_requests_in(case, trace, &ids))
        .collect()
}

fn request_id(item: &Item<'_>) -> Option<String> {
    item.span?.attributes.get(REQUEST_ID).map(Value::to_string)
}

fn two_requests_in(case: &Case<'_, '_>, trace: TraceId, ids: &BTreeMap<String, usize>) -> Finding {
    let items: BTreeSet<usize> = ids.values().copied().collect();
    let last = items.last().copied().unwrap_or_default();
    let item = &case.tree.items[last];
    let names: Vec<&str> = ids.keys().map(String::as_str).collect();
    let message = format!(
        "One trace, {}, holds {} requests, {}: {} belongs to another trace than the spans before it.",
        shorten(&trace.to_string()),
        ids.len(),
        names.join(" and "),
        named(item)
    );
    let finding = Finding::new(
        Code::FalseJoin,
        message,
        trace.to_string(),
        "of another request",
    )
    .between("a trace for each request", names.join(" and "))
    .look_at(look::span(
        item,
        item,
        "what is current where the second request's work starts",
    ));
    match case.alignment.of_item[last] {
        Some(index) => finding.about(case, index),
        None => {
            let mut finding = finding.on(item);
            finding.item = Some(last);
            finding
        }
    }
}

/// Roots that last longer than the call that they answer. Whoever handles a message, or asks somebody
/// of its own accord, answers no call.
fn stretched(case: &Case<'_, '_>) -> Vec<Finding> {
    let answers = |kind| !matches!(kind, Some(Kind::Client | Kind::Producer | Kind::Consumer));
    let roots = case.received().filter(|(index, _)| {
        let line = case.line_of(*index);
        case.instance(*index).parent.is_none() && line.links.is_empty() && answers(line.kind)
    });
    roots
        .filter_map(|(index, item)| stretched_root(case, index, item))
        .collect()
}

fn stretched_root(case: &Case<'_, '_>, index: usize, item: &Item<'_>) -> Option<Finding> {
    let span = item.span?;
    let id = request_id(item);
    let calls = case.evidence.calls.iter().filter(|call| {
        (call.start_unix_nano..=call.end_unix_nano).contains(&span.start_unix_nano)
            && (id.is_none() || call.request_id.is_none() || call.request_id == id)
    });
    let call = calls.max_by_key(|call| call.end_unix_nano)?;
    let late = span.end_unix_nano.saturating_sub(call.end_unix_nano);
    if late <= TOLERANCE_NANO {
        return None;
    }
    let taken = call.end_unix_nano.saturating_sub(call.start_unix_nano);
    let (took, lasts) = (milliseconds(taken), milliseconds(span.duration_nano()));
    let message = format!(
        "{} lasts {lasts}, and `{}` was answered after {took}: the span goes on while nobody waits \
         for it any more.",
        named(item),
        call.request
    );
    let note = format!("{} longer than the call", milliseconds(late));
    let finding = Finding::new(
        Code::Stretched,
        message,
        case.instance(index).line.to_string(),
        note,
    )
    .about(case, index)
    .between(format!("at most {took}"), lasts)
    .look_at(look::span(
        item,
        item,
        "which work still holds this span when the answer is out",
    ));
    Some(finding)
}

fn milliseconds(nanoseconds: u64) -> String {
    let milliseconds = nanoseconds / 1_000_000;
    match milliseconds {
        0 => format!("{} µs", nanoseconds / 1_000),
        _ => format!("{milliseconds} ms"),
    }
}
