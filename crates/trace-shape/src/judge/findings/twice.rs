//! An attribute that a span has twice, with two values. OTLP demands that keys are unique, and what a
//! backend shows of such a one is chance: no shape can ask for it.

use trace_model::{Span, Value};

use super::{Case, Finding, listed, look, named};
use crate::{Code, judge::tree::Item};

pub(super) fn findings(case: &Case<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, item) in case.received() {
        let Some(span) = item.span else { continue };
        let doubled = doubled(span).into_iter();
        findings.extend(doubled.map(|(key, values)| finding(case, index, item, key, &values)));
    }
    findings
}

/// Whether the span says two things of one key.
pub(super) fn is_doubled(span: &Span, key: &str) -> bool {
    values(span, key).len() > 1
}

/// The keys that have several values, each with these.
fn doubled(span: &Span) -> Vec<(&str, Vec<&Value>)> {
    let keys: Vec<&str> = span.attributes.iter().map(|(key, _)| key).collect();
    // The second time a key comes, so that each comes once.
    let again = |index: usize| {
        keys[..index]
            .iter()
            .filter(|key| **key == keys[index])
            .count()
            == 1
    };
    let again = (0..keys.len()).filter(|index| again(*index));
    let again = again.map(|index| (keys[index], values(span, keys[index])));
    again.filter(|(_, values)| values.len() > 1).collect()
}

/// The different values of a key.
fn values<'s>(span: &'s Span, key: &str) -> Vec<&'s Value> {
    let mut values: Vec<&Value> = Vec::new();
    for (_, value) in span.attributes.iter().filter(|(other, _)| *other == key) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn finding(
    case: &Case<'_, '_>,
    index: usize,
    item: &Item<'_>,
    key: &str,
    values: &[&Value],
) -> Finding {
    let told: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    let told = listed(&told);
    let message = format!(
        "{} has `{key}` more than once, as {told}: a value that is recorded again is added, and does \
         not replace the first one.",
        named(item)
    );
    let group = format!("{} twice {key}", case.instance(index).line);
    let note = format!("`{key}` is {told}");
    Finding::new(Code::WrongAttribute, message, group, note)
        .about(case, index)
        .between(
            format!("{key}=one value"),
            format!("{key}={}", told.replace('`', "")),
        )
        .look_at(look::span(
            item,
            item,
            "where this attribute is set: at the start, later, or both",
        ))
}
