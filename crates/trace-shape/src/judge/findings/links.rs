//! Links: there, to the right span, and once.

use std::collections::HashSet;

use super::{Case, Finding, Place, asked, look, named, shorten};
use crate::{Code, Line, SpanRef, judge::tree::Item};

pub(super) fn findings(case: &Case<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, item) in case.received() {
        let doubled = doubled(case, index, item);
        let is_doubled = doubled.is_some();
        findings.extend(doubled);
        if !is_doubled {
            findings.extend(unmet(case, index, item));
        }
    }
    findings
}

fn links(item: &Item<'_>) -> Vec<SpanRef> {
    let links = item.span.iter().flat_map(|span| &span.links);
    links
        .map(|link| SpanRef {
            trace_id: link.trace_id,
            span_id: link.span_id,
        })
        .collect()
}

fn doubled(case: &Case<'_, '_>, index: usize, item: &Item<'_>) -> Option<Finding> {
    let mut seen = HashSet::new();
    let twice = links(item).into_iter().find(|link| !seen.insert(*link))?;
    let target = target_name(case, twice);
    let message = format!(
        "{} links twice to {target}: one link is enough.",
        named(item)
    );
    let key = case.instance(index).line.to_string();
    let finding = Finding::new(Code::DuplicateLink, message, key, "a link twice")
        .about(case, index)
        .between("one link", "the same link twice")
        .look_at(look::span(
            item,
            item,
            "where links are added: at the start, later, or both",
        ));
    Some(finding)
}

fn target_name(case: &Case<'_, '_>, link: SpanRef) -> String {
    match case.tree.find(link) {
        Some(item) => named(&case.tree.items[item]),
        None => format!(
            "the span {}, which was never received",
            shorten(&link.span_id.to_string())
        ),
    }
}

/// The spans that stand for a label; whether one of them is missing.
fn targets(case: &Case<'_, '_>, label: &str) -> (Vec<SpanRef>, bool) {
    let labelled = case.labelled.get(label).into_iter().flatten();
    let items: Vec<_> = labelled
        .map(|index| case.item_of(*index).map(Item::reference))
        .collect();
    (
        items.iter().flatten().copied().collect(),
        items.contains(&None),
    )
}

fn unmet(case: &Case<'_, '_>, index: usize, item: &Item<'_>) -> Vec<Finding> {
    let line = case.line_of(index);
    let mut left = links(item);
    let mut unmet = Vec::new();
    for label in &line.links {
        let (targets, incomplete) = targets(case, label);
        let own = left.iter().position(|link| targets.contains(link));
        match own.or_else(|| of_a_twin(case, index, &left, &targets)) {
            Some(place) => drop(left.remove(place)),
            None if targets.is_empty() || is_parent_instead(case, index, label) => {}
            None => unmet.push((label, incomplete)),
        }
    }
    let surplus = left
        .iter()
        .find(|link| !may_be_right(case, **link))
        .copied();
    let is_surplus = unmet.is_empty() && !line.open_links && case.places[index] == Place::Right;
    let found = unmet.into_iter().filter_map(|(label, incomplete)| {
        if left.is_empty() {
            return Some(absent(case, index, item, label));
        }
        let other = left.remove(0);
        (!incomplete).then(|| wrong(case, index, item, label, other))
    });
    let mut findings: Vec<_> = found.collect();
    let surplus = surplus.filter(|_| is_surplus);
    findings.extend(surplus.map(|other| one_too_many(case, index, item, other)));
    findings
}

/// The link that a twin of this span should have, where another twin has one of those that this one
/// should: lines that differ in their links alone were paired with each other's spans, and are right.
fn of_a_twin(
    case: &Case<'_, '_>,
    index: usize,
    left: &[SpanRef],
    wanted: &[SpanRef],
) -> Option<usize> {
    left.first()?;
    let (parent, line) = (case.instance(index).parent, case.line_of(index));
    let is_twin = |other: usize| {
        let beside = other != index && case.instance(other).parent == parent;
        beside && is_alike(case.line_of(other), line)
    };
    let twins: Vec<_> = case
        .received()
        .filter(|(other, _)| is_twin(*other))
        .collect();
    let has_mine = |item: &Item<'_>| links(item).iter().any(|link| wanted.contains(link));
    let is_theirs = |link: &SpanRef| {
        let labels = twins
            .iter()
            .flat_map(|(other, _)| &case.line_of(*other).links);
        labels
            .into_iter()
            .any(|label| targets(case, label).0.contains(link))
    };
    twins.iter().find(|(_, item)| has_mine(item))?;
    left.iter().position(is_theirs)
}

/// Whether two lines differ in nothing but what they link to. Who is linked to, or has children, is
/// somebody.
fn is_alike(one: &Line, other: &Line) -> bool {
    let rest = |line: &Line| Line {
        links: Vec::new(),
        number: 0,
        ..line.clone()
    };
    let is_leaf = |line: &Line| line.label.is_none() && line.children.is_empty();
    one.name == other.name && is_leaf(one) && is_leaf(other) && rest(one) == rest(other)
}

/// Whether a link may go to what a label stands for that was not found: the span is not there, or it is
/// taken for another one of its name.
fn may_be_right(case: &Case<'_, '_>, link: SpanRef) -> bool {
    let instances = case.labelled.values().flatten();
    let mut lacking = instances.filter(|index| case.item_of(**index).is_none());
    match case
        .tree
        .find(link)
        .and_then(|item| case.tree.items[item].span)
    {
        None => lacking.next().is_some(),
        Some(span) => lacking.any(|index| {
            let name = case.line_of(*index).name.as_deref();
            name.is_none_or(|name| name == span.name)
        }),
    }
}

/// A link that nothing asks for.
fn one_too_many(case: &Case<'_, '_>, index: usize, item: &Item<'_>, other: SpanRef) -> Finding {
    let is_parent = item
        .parent
        .is_some_and(|above| case.tree.items[above].reference() == other);
    let target = match () {
        () if other == item.reference() => "itself".to_owned(),
        () if is_parent => "its own parent".to_owned(),
        () => target_name(case, other),
    };
    let message = format!(
        "{} links to {target}, and nothing asks for that: a link leads somewhere else, to what it is for.",
        named(item)
    );
    let key = format!("{} surplus", case.instance(index).line);
    let asked = match case.line_of(index).links.len() {
        0 => "no link",
        _ => "no other link",
    };
    Finding::new(Code::WrongLink, message, key, "a link too many")
        .about(case, index)
        .between(asked, format!("a link to {target}"))
        .look_at(look::span(item, item, "where links are added to this span"))
}

/// Whether it is said already that the target is the parent instead.
fn is_parent_instead(case: &Case<'_, '_>, index: usize, label: &str) -> bool {
    let Place::ParentInstead(above) = case.places[index] else {
        return false;
    };
    let above = case.alignment.of_item[above];
    above.is_some_and(|at| case.line_of(at).label.as_deref() == Some(label))
}

fn target_line(case: &Case<'_, '_>, label: &str) -> String {
    let mut lines = case.expected.shape.lines().iter();
    let line = lines.find(|line| line.label.as_deref() == Some(label));
    line.map_or_else(|| format!("`{label}`"), asked)
}

fn absent(case: &Case<'_, '_>, index: usize, item: &Item<'_>, label: &str) -> Finding {
    let target = target_line(case, label);
    let message = format!(
        "{} has no link to {target}: the way back to it is lost.",
        named(item)
    );
    let key = format!("{} {label}", case.instance(index).line);
    Finding::new(
        Code::MissingLink,
        message,
        key,
        format!("no link to {label}"),
    )
    .about(case, index)
    .between(format!("a link to {target}"), "no such link")
    .look_at(look::span(
        item,
        item,
        "where this span starts: links are given there",
    ))
}

fn wrong(
    case: &Case<'_, '_>,
    index: usize,
    item: &Item<'_>,
    label: &str,
    other: SpanRef,
) -> Finding {
    let (target, mut other) = (target_line(case, label), target_name(case, other));
    if target == other {
        other = format!("another {other}");
    }
    let message = format!(
        "{} should link to {target}, and links to {other}.",
        named(item)
    );
    let key = format!("{} {label}", case.instance(index).line);
    Finding::new(Code::WrongLink, message, key, "a link to another span")
        .about(case, index)
        .between(format!("a link to {target}"), format!("a link to {other}"))
        .look_at(look::span(
            item,
            item,
            "which context the link is made from",
        ))
}
