//! Links: there, to the right span, and once.

use std::collections::HashSet;

use super::{Case, Finding, Place, asked, look, named, shorten, told_apart};
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
    let (mut unmet, mut excused) = (Vec::new(), 0);
    for label in &line.links {
        let (targets, incomplete) = targets(case, label);
        let own = left.iter().position(|link| targets.contains(link));
        match own.or_else(|| of_a_twin(case, index, &left, &targets)) {
            Some(place) => drop(left.remove(place)),
            None if targets.is_empty() || is_parent_instead(case, index, label) => excused += 1,
            None => unmet.push((label.as_str(), incomplete)),
        }
    }
    if unmet.is_empty() {
        return surplus(case, index, item, &left, excused)
            .into_iter()
            .collect();
    }
    // Another link that is there stands for the first that is not.
    let wrong_ones = unmet.len().min(left.len());
    let absent_ones: Vec<&str> = unmet
        .split_off(wrong_ones)
        .into_iter()
        .map(|(label, _)| label)
        .collect();
    let wrong_ones = unmet
        .into_iter()
        .zip(left)
        .filter(|((_, incomplete), _)| !incomplete);
    let mut findings: Vec<_> = wrong_ones
        .map(|((label, _), other)| wrong(case, index, item, label, other))
        .collect();
    if !took_one_as_parent(case, index) {
        findings.extend(absent(case, index, item, &absent_ones));
    }
    findings
}

/// A link too many among those that no label asks for. As many as `excused` go elsewhere because their
/// targets are missing: that is no cause of its own.
fn surplus(
    case: &Case<'_, '_>,
    index: usize,
    item: &Item<'_>,
    left: &[SpanRef],
    excused: usize,
) -> Option<Finding> {
    if case.line_of(index).open_links || case.places[index] != Place::Right {
        return None;
    }
    let mut others = left.iter().filter(|link| !may_be_right(case, **link));
    let other = *others.nth(excused)?;
    Some(one_too_many(case, index, item, other))
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

/// Whether it is said already that this target is the parent instead.
fn is_parent_instead(case: &Case<'_, '_>, index: usize, label: &str) -> bool {
    parent_instead(case, index) == Some(label)
}

/// Whether it is said already that one of the targets is the parent instead: a span has one parent, so
/// that whoever takes a parent for a link has no place for the others.
fn took_one_as_parent(case: &Case<'_, '_>, index: usize) -> bool {
    let links = &case.line_of(index).links;
    parent_instead(case, index).is_some_and(|parent| links.iter().any(|label| label == parent))
}

/// The label of the span that this one should link to and hangs below.
fn parent_instead<'a>(case: &Case<'a, '_>, index: usize) -> Option<&'a str> {
    let Place::ParentInstead(above) = case.places[index] else {
        return None;
    };
    let at = case.alignment.of_item[above]?;
    case.line_of(at).label.as_deref()
}

fn target_line(case: &Case<'_, '_>, label: &str) -> String {
    let mut lines = case.expected.shape.lines().iter();
    let line = lines.find(|line| line.label.as_deref() == Some(label));
    line.map_or_else(|| format!("`{label}`"), asked)
}

/// All links of a span that are not there are one cause, for they are given in one place.
fn absent(case: &Case<'_, '_>, index: usize, item: &Item<'_>, labels: &[&str]) -> Option<Finding> {
    let (first, others) = labels.split_first()?;
    let target = target_line(case, first);
    let in_words: Vec<String> = labels
        .iter()
        .map(|label| told_apart::labelled(case, label))
        .collect();
    let (message, expected, actual) = match others.len() {
        0 => (
            format!(
                "{} has no link to {target}: the way back to it is lost.",
                named(item)
            ),
            format!("a link to {target}"),
            "no such link",
        ),
        _ => (
            format!(
                "{} lacks {} of its {} links, one of them to {target}: the way back to them is lost.",
                named(item),
                labels.len(),
                case.line_of(index).links.len()
            ),
            format!("links to {}", in_words.join(", ")),
            "no such links",
        ),
    };
    let labels = labels.join(", ");
    let key = format!("{} {labels}", case.instance(index).line);
    let finding = Finding::new(
        Code::MissingLink,
        message,
        key,
        format!("no link to {}", in_words.join(", ")),
    )
    .about(case, index)
    .between(expected, actual)
    .look_at(look::span(
        item,
        item,
        "where this span starts: links are given there",
    ));
    Some(finding)
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
