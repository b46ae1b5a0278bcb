//! The right span, with something about it wrong.

use std::collections::BTreeMap;

use trace_model::{Attributes, Span, StatusCode, Value};

use super::{Case, Finding, look, named, twice::is_doubled};
use crate::{
    AttributeRule, Code, Line, StatusRule, Want,
    judge::{align::most_frequent, tree::Item},
    shape::unmet,
    words::looks_like_an_id,
};

pub(super) fn findings(case: &Case<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, item) in case.received() {
        let Some(span) = item.span else { continue };
        let line = case.line_of(index);
        findings.extend(name(case, index, item, line));
        findings.extend(service(case, index, item, line));
        findings.extend(kind(case, index, item, line, span));
        findings.extend(status(case, index, item, line, span));
        findings.extend(attributes(case, index, item, line, span));
        findings.extend(events(case, index, item, line, span));
    }
    findings.extend(captures(case));
    findings
}

fn name(case: &Case<'_, '_>, index: usize, item: &Item<'_>, line: &Line) -> Option<Finding> {
    let wanted = line.name.as_deref().filter(|name| *name != item.name())?;
    let (yours, key) = (item.name(), case.instance(index).line.to_string());
    let note = format!("named `{yours}`");
    let finding = if looks_like_an_id(yours, wanted) {
        let message = format!(
            "The name `{yours}` holds an id. A name is for all such spans, here `{wanted}`: each id \
             makes a name of its own, and nothing can be counted or compared by it."
        );
        Finding::new(Code::IdInName, message, key, note)
    } else {
        let message = format!("{} should be named `{wanted}`.", named(item));
        Finding::new(Code::WrongName, message, key, note)
    };
    let look = look::span(item, item, "where the span gets its name");
    Some(
        finding
            .about(case, index)
            .between(wanted, yours)
            .look_at(look),
    )
}

fn service(case: &Case<'_, '_>, index: usize, item: &Item<'_>, line: &Line) -> Option<Finding> {
    let wanted = line
        .service
        .as_deref()
        .filter(|service| *service != item.service())?;
    let yours = item.service();
    let message = if yours.is_empty() {
        format!(
            "{} does not say its service, which should be `{wanted}`.",
            named(item)
        )
    } else {
        format!(
            "`{}` comes from the service `{yours}`, and should come from `{wanted}`.",
            item.name()
        )
    };
    let note = format!("from `{yours}`");
    let finding = Finding::new(
        Code::WrongService,
        message,
        format!("{wanted} {yours}"),
        note,
    );
    let look = look::span(
        item,
        item,
        "where the pipeline is told the name of its service",
    );
    Some(
        finding
            .about(case, index)
            .between(wanted, yours)
            .look_at(look),
    )
}

fn kind(
    case: &Case<'_, '_>,
    index: usize,
    item: &Item<'_>,
    line: &Line,
    span: &Span,
) -> Option<Finding> {
    let wanted = line.kind.filter(|kind| *kind != span.kind)?.as_str();
    let yours = span.kind.as_str();
    let message = format!(
        "{} is of kind {yours}, and should be of kind {wanted}.",
        named(item)
    );
    let key = format!("{} {wanted} {yours}", item.service());
    let finding = Finding::new(Code::WrongKind, message, key, format!("kind {yours}"));
    let look = look::span(
        item,
        item,
        "where the span is made: its kind is set there, not later",
    );
    Some(
        finding
            .about(case, index)
            .between(wanted, yours)
            .look_at(look),
    )
}

fn status(
    case: &Case<'_, '_>,
    index: usize,
    item: &Item<'_>,
    line: &Line,
    span: &Span,
) -> Option<Finding> {
    if line.status.accepts(span.status.code) {
        return None;
    }
    let wanted = line.status.as_str();
    let yours = span.status.code.as_str();
    let message = format!(
        "{} has the status {yours}, and should have {wanted}.",
        named(item)
    );
    let key = format!("{} {wanted} {yours}", item.service());
    let finding = Finding::new(Code::WrongStatus, message, key, format!("status {yours}"));
    let look = look::span(item, item, "where the outcome of this work is known");
    Some(
        finding
            .about(case, index)
            .between(wanted, yours)
            .look_at(look),
    )
}

/// Whether the span says nothing of a failure that it should tell. What else belongs to a failure,
/// its class and its exception, is absent in consequence, and not said again.
fn conceals_failure(line: &Line, span: &Span) -> bool {
    line.status == StatusRule::Is(StatusCode::Error) && span.status.code != StatusCode::Error
}

fn attributes(
    case: &Case<'_, '_>,
    index: usize,
    item: &Item<'_>,
    line: &Line,
    span: &Span,
) -> Vec<Finding> {
    let value = |rule: &AttributeRule| span.attributes.get(&rule.key);
    let wrong = line
        .attributes
        .iter()
        .filter(|rule| !rule.want.accepts(value(rule)) && !is_doubled(span, &rule.key));
    let told = |rule: &&AttributeRule| value(rule).is_some() || rule.key != "error.type";
    let concealed = conceals_failure(line, span);
    wrong
        .filter(|rule| !concealed || told(rule))
        .map(|rule| attribute(case, index, item, rule, value(rule)))
        .collect()
}

fn attribute(
    case: &Case<'_, '_>,
    index: usize,
    item: &Item<'_>,
    rule: &AttributeRule,
    value: Option<&Value>,
) -> Finding {
    let (key, wanted) = (&rule.key, rule.want.in_words());
    let yours = value.map(Value::to_string);
    let (message, note) = match &yours {
        None => (
            format!(
                "{} has no attribute `{key}`; expected is {wanted}.",
                named(item)
            ),
            format!("`{key}` absent"),
        ),
        Some(yours) if *yours == wanted => (
            format!(
                "{} has `{key}` = `{yours}` as a text; expected is the number. Nothing can count with a text.",
                named(item)
            ),
            format!("`{key}` is a text"),
        ),
        Some(yours) => (
            format!(
                "{} has `{key}` = `{yours}`; expected is {wanted}.",
                named(item)
            ),
            format!("`{key}` is `{yours}`"),
        ),
    };
    let group = format!("{} {key}", case.instance(index).line);
    Finding::new(Code::WrongAttribute, message, group, note)
        .about(case, index)
        .between(
            format!("{key}={wanted}"),
            yours.map_or("absent".to_owned(), |yours| format!("{key}={yours}")),
        )
        .look_at(look::span(
            item,
            item,
            "where the attributes of this span are set",
        ))
}

fn events(
    case: &Case<'_, '_>,
    index: usize,
    item: &Item<'_>,
    line: &Line,
    span: &Span,
) -> Vec<Finding> {
    let finding = |rule: usize| {
        let event = &line.events[rule];
        let near = span.events.iter().any(|other| other.name == event.name);
        let message = if near && !event.attributes.is_empty() {
            format!(
                "{} has no event `{event}`; its `{}` has other attributes.",
                named(item),
                event.name
            )
        } else {
            format!("{} has no event `{}`.", named(item), event.name)
        };
        let key = format!("{} {event}", case.instance(index).line);
        let actual = if span.events.is_empty() {
            "no event"
        } else {
            "other events"
        };
        Finding::new(
            Code::MissingEvent,
            message,
            key,
            format!("no `{}` event", event.name),
        )
        .about(case, index)
        .between(format!("an event `{}`", event.name), actual)
        .look_at(look::span(
            item,
            item,
            "where this happens and can be recorded",
        ))
    };
    let concealed = conceals_failure(line, span);
    unmet(&line.events, &span.events)
        .into_iter()
        .filter(|rule| !concealed || line.events[*rule].name != "exception")
        .map(finding)
        .collect()
}

/// A place where the value of a capture was found.
struct Captured<'c> {
    index: usize,
    rule: &'c AttributeRule,
    value: String,
}

/// Values that differ from what the same `$name` has elsewhere.
fn captures(case: &Case<'_, '_>) -> Vec<Finding> {
    let mut found: BTreeMap<&str, Vec<Captured<'_>>> = BTreeMap::new();
    for (index, item) in case.received() {
        let Some(span) = item.span else { continue };
        for (rule, attributes) in captured_by(case.line_of(index), span) {
            if let (Want::Same(name), Some(value)) = (&rule.want, attributes.get(&rule.key)) {
                let value = value.to_string();
                found
                    .entry(name)
                    .or_default()
                    .push(Captured { index, rule, value });
            }
        }
    }
    found
        .into_iter()
        .flat_map(|(name, all)| differing(case, name, all))
        .collect()
}

/// The rules of a line and of its events, each with the attributes that it is about.
fn captured_by<'c>(line: &'c Line, span: &'c Span) -> Vec<(&'c AttributeRule, &'c Attributes)> {
    let own = line.attributes.iter().map(|rule| (rule, &span.attributes));
    let events = line.events.iter().filter_map(|rule| {
        let event = span.events.iter().find(|event| rule.accepts(event))?;
        Some(rule.attributes.iter().map(|rule| (rule, &event.attributes)))
    });
    own.chain(events.flatten()).collect()
}

fn differing(case: &Case<'_, '_>, name: &str, mut all: Vec<Captured<'_>>) -> Vec<Finding> {
    all.sort_by_key(|captured| (case.instance(captured.index).line, captured.index));
    let values: Vec<String> = all.iter().map(|captured| captured.value.clone()).collect();
    let Some(usual) = most_frequent(&values) else {
        return Vec::new();
    };
    let wrong = all.iter().filter(|captured| captured.value != usual);
    let finding = |captured: &Captured<'_>| {
        let (key, yours) = (&captured.rule.key, &captured.value);
        let item = case.item_of(captured.index)?;
        let message = format!(
            "{} has `{key}` = `{yours}`; everywhere else `${name}` is `{usual}`.",
            named(item)
        );
        let group = format!("{} {key}", case.instance(captured.index).line);
        let finding = Finding::new(
            Code::WrongAttribute,
            message,
            group,
            format!("`{key}` is `{yours}`"),
        )
        .about(case, captured.index)
        .between(format!("{key}={usual}"), format!("{key}={yours}"))
        .look_at(look::span(item, item, "where this value comes from"));
        Some(finding)
    };
    wrong.filter_map(finding).collect()
}
