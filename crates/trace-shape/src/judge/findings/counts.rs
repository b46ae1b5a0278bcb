//! Spans that are missing, too many, unexpected, or there twice.

use std::collections::HashSet;

use super::{Case, Finding, asked, listed, look, named, sentence};
use crate::{Code, Line, SpanRef, Witnessed, judge::tree::Item};

pub(super) fn findings(case: &Case<'_, '_>) -> Vec<Finding> {
    let mut witnesses = Witnesses::new(case);
    let mut findings = phantoms(case);
    findings.extend(missing(case, &mut witnesses));
    findings.extend(surplus(case));
    findings.extend(unexpected(case));
    findings.extend(case.tree.doubled.iter().map(|item| doubled(case, *item)));
    findings
}

/// Spans that were seen to start and not received, each of which explains one missing span.
struct Witnesses<'e> {
    left: Vec<&'e Witnessed>,
}

impl<'e> Witnesses<'e> {
    fn new(case: &Case<'e, '_>) -> Self {
        let received: HashSet<SpanRef> = case.tree.items.iter().map(Item::reference).collect();
        let seen = case.evidence.witnessed.iter().flatten();
        let unseen = |span: &&Witnessed| !received.contains(&reference(span));
        Self {
            left: seen.filter(unseen).collect(),
        }
    }

    /// The next one that fits a line, in `trace` where possible.
    fn take(&mut self, line: &Line, wanted: Option<&Item<'_>>) -> Option<&'e Witnessed> {
        let fits = |span: &Witnessed| {
            line.name.as_ref().is_none_or(|name| *name == span.name)
                && line
                    .service
                    .as_ref()
                    .is_none_or(|service| *service == span.service)
        };
        let here = |span: &Witnessed| wanted.is_none_or(|wanted| wanted.trace_id == span.trace_id);
        let place = self.left.iter().position(|span| fits(span) && here(span));
        let place = place.or_else(|| self.left.iter().position(|span| fits(span)))?;
        Some(self.left.remove(place))
    }
}

fn reference(span: &Witnessed) -> SpanRef {
    SpanRef {
        trace_id: span.trace_id,
        span_id: span.span_id,
    }
}

/// Lines whose span is known by its children only.
fn phantoms(case: &Case<'_, '_>) -> Vec<Finding> {
    let live = case.alignment.live();
    let items = live.filter_map(|(index, _)| Some((index, case.item_of(index)?)));
    items
        .filter(|(_, item)| item.is_phantom())
        .map(|(index, item)| phantom(case, index, item))
        .collect()
}

fn phantom(case: &Case<'_, '_>, index: usize, item: &Item<'_>) -> Finding {
    let seen = case.evidence.witnessed.iter().flatten();
    let seen = seen
        .clone()
        .find(|span| reference(span) == item.reference());
    let children = item.children.len();
    let ended = seen.is_none_or(|span| span.ended);
    not_received(case, index, ended, children, seen.is_some()).about(case, index)
}

/// A span that is known to have started, or to be the parent of others.
fn not_received(
    case: &Case<'_, '_>,
    index: usize,
    ended: bool,
    children: usize,
    seen: bool,
) -> Finding {
    let line = case.line_of(index);
    let what = sentence(&asked(line));
    let parent = match children {
        0 => String::new(),
        1 => " One span names it as its parent.".to_owned(),
        more => format!(" {more} spans name it as their parent."),
    };
    let service = line.service.as_deref().unwrap_or("the service");
    let key = case.instance(index).line.to_string();
    let (code, message, note, look) = match (ended, seen) {
        (false, _) => (
            Code::NeverEnded,
            format!("{what} was started and never ended, and only what has ended is sent.{parent}"),
            "never ended",
            format!("what keeps a clone of this span, or never finishes, in {service}"),
        ),
        (true, true) => (
            Code::NeverExported,
            format!("{what} started and ended, and was never received.{parent}"),
            "never exported",
            format!("whether {service} flushes what it has queued before it ends"),
        ),
        (true, false) => (
            Code::NeverExported,
            format!("{what} was never received.{parent}"),
            "never exported",
            format!("whether this span ends, and whether {service} flushes before it ends"),
        ),
    };
    Finding::new(code, message, key, note)
        .between("received", if ended { "not received" } else { "not ended" })
        .look_at(look)
}

fn missing(case: &Case<'_, '_>, witnesses: &mut Witnesses<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, instance) in case
        .alignment
        .live()
        .filter(|(_, instance)| instance.item.is_none())
    {
        let wanted = instance.parent.map(|parent| case.item_of(parent));
        if wanted.is_some_and(|wanted| wanted.is_none()) {
            continue;
        }
        let mut lacking = instance.lacking;
        while lacking > 0 {
            let Some(seen) = witnesses.take(case.line_of(index), wanted.flatten()) else {
                break;
            };
            let mut finding = not_received(case, index, seen.ended, 0, true).about(case, index);
            finding.diagnosis.spans.push(reference(seen));
            findings.push(finding);
            lacking -= 1;
        }
        if lacking > 0 {
            findings.push(absent(case, index, lacking));
        }
    }
    findings
}

/// What has no parent because the span of this instance is not there.
fn orphans(case: &Case<'_, '_>, index: usize) -> String {
    let below = case
        .alignment
        .live()
        .filter(|(_, other)| other.parent == Some(index));
    let items = below.filter_map(|(at, _)| case.item_of(at));
    let roots = items.filter(|item| item.parent.is_none() && !item.is_phantom());
    let mut names: Vec<String> = roots.map(|item| format!("`{}`", item.name())).collect();
    names.dedup();
    match (names.len(), listed(&names)) {
        (0, _) => String::new(),
        (1, name) => format!(" {name} is a root, since no span is open around it."),
        (_, names) => format!(" {names} are roots, since no span is open around them."),
    }
}

fn absent(case: &Case<'_, '_>, index: usize, lacking: usize) -> Finding {
    let (instance, line) = (case.instance(index), case.line_of(index));
    let beside = case.alignment.live().filter(|(_, other)| {
        (other.parent, other.line) == (instance.parent, instance.line) && other.item.is_some()
    });
    let found = beside.count();
    if found > 0 {
        return wrong_count(case, instance.line, found, found + lacking).times(lacking);
    }
    let what = sentence(&asked(line));
    let below = match instance.parent {
        Some(parent) => format!(" under {}", asked(case.line_of(parent))),
        None => " as the root of a trace".to_owned(),
    };
    let orphans = orphans(case, index);
    let message = format!("{what} is missing: nothing like it was received{below}.{orphans}");
    let alike = case.alignment.live().filter(|(_, other)| {
        (other.parent, other.line) == (instance.parent, instance.line) && other.item.is_none()
    });
    let times = match alike.map(|(_, other)| other.lacking).sum() {
        0 | 1 => "a span".to_owned(),
        more => format!("{more} spans"),
    };
    let service = line.service.as_deref().unwrap_or("the service");
    Finding::new(
        Code::MissingSpan,
        message,
        instance.line.to_string(),
        "missing",
    )
    .about(case, index)
    .between(format!("{times}{below}"), "nothing")
    .look_at(format!(
        "whether a span is made there at all, and passes every filter, in {service}"
    ))
    .times(lacking)
}

fn wrong_count(case: &Case<'_, '_>, line: usize, found: usize, asked_for: usize) -> Finding {
    let asks = case.expected.line(line);
    let expected = match (asks.min, asks.max) {
        (min, Some(max)) if min == max => times(min),
        (min, Some(max)) => format!("{min} to {max} times"),
        (min, None) => format!("at least {}", times(min)),
    };
    let what = sentence(&asked(asks));
    let message = format!(
        "{what} is there {}, and should be there {expected}.",
        times(found)
    );
    let few = found < asked_for;
    let look = if few {
        "what does not run, or runs without a span"
    } else {
        "what runs again"
    };
    let service = asks.service.as_deref().unwrap_or("the service");
    let note = format!("{found} of {asked_for}");
    let mut finding = Finding::new(Code::WrongCount, message, line.to_string(), note)
        .between(expected, times(found))
        .look_at(format!("{look}, in {service}"));
    finding.line = Some(line);
    finding.diagnosis.service.clone_from(&asks.service);
    finding.diagnosis.span.clone_from(&asks.name);
    finding
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// Items beyond what their line allows.
fn surplus(case: &Case<'_, '_>) -> Vec<Finding> {
    let mut surplus: Vec<_> = case
        .alignment
        .surplus
        .iter()
        .map(|(item, line)| (*item, *line))
        .collect();
    surplus.sort_unstable();
    let finding = |(index, line): (usize, usize)| {
        let item = &case.tree.items[index];
        let found = case.counts.get(&(item.parent, line)).copied().unwrap_or(1);
        let most = case.expected.line(line).max.unwrap_or(found);
        let mut finding = wrong_count(case, line, found, most).on(item);
        finding.diagnosis.count = 1;
        finding
    };
    surplus.into_iter().map(finding).collect()
}

/// The tops of what no line asks for.
fn unexpected(case: &Case<'_, '_>) -> Vec<Finding> {
    let alignment = &case.alignment;
    let reported = |item: usize| {
        alignment.is_extra(item) && !alignment.allowed[item] && !case.tree.items[item].is_phantom()
    };
    let tops = (0..case.tree.items.len()).filter(|item| {
        let below = case
            .tree
            .ancestors(*item)
            .take_while(|at| alignment.is_extra(*at));
        let mut below = below.filter(|at| reported(*at));
        reported(*item) && !alignment.surplus.contains_key(item) && below.next().is_none()
    });
    tops.map(|item| unexpected_top(case, item)).collect()
}

fn unexpected_top(case: &Case<'_, '_>, index: usize) -> Finding {
    let item = &case.tree.items[index];
    let place = match item.parent.map(|parent| &case.tree.items[parent]) {
        Some(parent) if parent.is_phantom() => "under a span that was never received".to_owned(),
        Some(parent) => format!("under {}", named(parent)),
        None => "as the root of a trace".to_owned(),
    };
    let message = format!(
        "{} was received {place}, and nothing like it is expected there.",
        named(item)
    );
    let key = format!("{} {}", item.service(), item.name());
    let mut finding = Finding::new(Code::UnexpectedSpan, message, key, "not expected")
        .on(item)
        .between("nothing", format!("`{}` {place}", item.name()))
        .look_at(look::span(item, item, "where this span is made"));
    finding.item = Some(index);
    finding
}

fn doubled(case: &Case<'_, '_>, index: usize) -> Finding {
    let item = &case.tree.items[index];
    let id = item.span_id;
    let message = format!(
        "{} was received twice under the id {id}, with different content: an id names one span.",
        named(item)
    );
    let finding = Finding::new(
        Code::DuplicateSpan,
        message,
        id.to_string(),
        "received twice",
    )
    .between("one span for each id", "two spans with one id")
    .look_at(look::span(
        item,
        item,
        "where ids are copied, or a span is exported again after a change",
    ));
    match case.alignment.of_item[index] {
        Some(instance) => finding.about(case, instance),
        None => {
            let mut finding = finding.on(item);
            finding.item = Some(index);
            finding
        }
    }
}
