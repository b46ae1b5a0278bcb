//! Whether each span hangs where it should.

use super::{Case, Finding, asked, look, named, short, wire};
use crate::{
    Code, SpanRef,
    judge::{callers::Caller, tree::Item},
};

/// Where an instance hangs, seen from where it should.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::judge) enum Place {
    /// Where it should, or nowhere because it is missing.
    Right,
    /// Elsewhere, but as a consequence of something else that is wrong.
    Follows,
    /// The root of another trace.
    Lost,
    /// The root of another trace that links to the one that should be its parent.
    LinkInstead,
    /// Without a parent in the right trace.
    NoParent,
    /// Below another item.
    Under(usize),
    /// Below a span of another tree of the shape.
    Joined(usize),
    /// Below the item that it should link to.
    ParentInstead(usize),
    /// Below a span of a client that nobody may trust.
    Forged,
}

pub(super) fn places(case: &Case<'_, '_>) -> Vec<Place> {
    let roots = case.alignment.roots();
    (0..case.alignment.instances.len())
        .map(|index| place(case, &roots, index))
        .collect()
}

fn place(case: &Case<'_, '_>, roots: &[usize], index: usize) -> Place {
    let instance = case.instance(index);
    match case.item_of(index) {
        Some(item) if !instance.gone && !item.is_phantom() => match instance.parent {
            None => root_place(case, roots, index, item),
            Some(parent) => child_place(case, roots, index, item, parent),
        },
        _ => Place::Right,
    }
}

/// Where an item hangs that should begin a trace of its own.
fn root_place(case: &Case<'_, '_>, roots: &[usize], index: usize, item: &Item<'_>) -> Place {
    let Some(above) = item.parent else {
        return match item.caller {
            Some(Caller::Stranger) => Place::Forged,
            Some(Caller::Harness) => Place::Right,
            None if item.span.is_some_and(|span| span.parent_span_id.is_some()) => Place::NoParent,
            None => Place::Right,
        };
    };
    let Some(owner) = owner(case, above) else {
        let phantom = case.tree.items[above].is_phantom();
        return if phantom {
            Place::Under(above)
        } else {
            Place::Follows
        };
    };
    let links = &case.line_of(index).links;
    let label = case.alignment.of_item[above].and_then(|at| case.line_of(at).label.as_ref());
    if label.is_some_and(|label| links.contains(label)) {
        return Place::ParentInstead(above);
    }
    if roots[owner] == index {
        Place::Follows
    } else {
        Place::Joined(above)
    }
}

/// The nearest instance at or above an item.
fn owner(case: &Case<'_, '_>, item: usize) -> Option<usize> {
    let mut up = std::iter::once(item).chain(case.tree.ancestors(item));
    up.find_map(|at| case.alignment.of_item[at])
}

/// Where an item hangs that should be the child of another.
fn child_place(
    case: &Case<'_, '_>,
    roots: &[usize],
    index: usize,
    item: &Item<'_>,
    parent: usize,
) -> Place {
    let Some(wanted) = case.instance(parent).item else {
        return Place::Follows;
    };
    if item.parent == Some(wanted) || is_deep_below(case, index, wanted) {
        return Place::Right;
    }
    let same_trace = case.tree.items[wanted].trace_id == item.trace_id;
    let Some(above) = item.parent else {
        return match (links_to(item, &case.tree.items[wanted]), same_trace) {
            (true, _) => Place::LinkInstead,
            (false, true) => Place::NoParent,
            (false, false) => Place::Lost,
        };
    };
    if is_between(case, above, wanted) {
        return Place::Follows;
    }
    match owner(case, above) {
        Some(owner) if roots[owner] != roots[index] => Place::Joined(above),
        None if !same_trace => Place::Lost,
        _ => Place::Under(above),
    }
}

fn is_deep_below(case: &Case<'_, '_>, index: usize, wanted: usize) -> bool {
    let item = case.instance(index).item;
    case.line_of(index).deep
        && item.is_some_and(|item| case.tree.ancestors(item).any(|at| at == wanted))
}

/// Whether nothing but unexpected spans lies between an item and the one that it should hang on.
fn is_between(case: &Case<'_, '_>, above: usize, wanted: usize) -> bool {
    let extra = |at: &usize| case.alignment.is_extra(*at) && !case.alignment.allowed[*at];
    let mut up = std::iter::once(above).chain(case.tree.ancestors(above));
    up.find(|at| !extra(at)) == Some(wanted)
}

fn links_to(item: &Item<'_>, target: &Item<'_>) -> bool {
    let target = target.reference();
    item.span.is_some_and(|span| {
        span.links.iter().any(|link| {
            let (trace_id, span_id) = (link.trace_id, link.span_id);
            SpanRef { trace_id, span_id } == target
        })
    })
}

pub(super) fn findings(case: &Case<'_, '_>) -> Vec<Finding> {
    let received = case.received();
    received
        .filter_map(|(index, item)| finding(case, index, item))
        .collect()
}

fn finding(case: &Case<'_, '_>, index: usize, item: &Item<'_>) -> Option<Finding> {
    let wanted = case
        .instance(index)
        .parent
        .and_then(|parent| case.item_of(parent));
    Some(match case.places[index] {
        Place::Right | Place::Follows => return None,
        Place::Lost => lost(case, index, item, wanted?),
        Place::LinkInstead => link_instead(case, index, item, wanted?),
        Place::ParentInstead(above) => parent_instead(case, index, item, &case.tree.items[above]),
        Place::Joined(above) => joined(case, index, item, &case.tree.items[above]),
        Place::Forged => forged(case, index, item),
        Place::NoParent => no_parent(case, index, item, wanted),
        Place::Under(above) => under(case, index, item, wanted, above),
    })
}

fn lost(case: &Case<'_, '_>, index: usize, item: &Item<'_>, wanted: &Item<'_>) -> Finding {
    let (yours, parent) = (named(item), named(wanted));
    let above = item.parent.map(|above| &case.tree.items[above]);
    let (how, short, actual) = match above.filter(|above| above.is_phantom()) {
        None => (
            "begins a trace of its own: it does not know which work it belongs to",
            "a trace of its own",
            "the root of another trace",
        ),
        Some(_) => (
            "hangs under a span that was never received: it believes to belong to other work",
            "another trace",
            "a child of an unknown span in another trace",
        ),
    };
    let message = format!("{yours} should be a child of {parent}, and {how}.");
    let kind = item.span.map_or("", |span| span.kind.as_str());
    let key = format!("{} {} {kind} {short}", wanted.service(), item.service());
    let mut finding = Finding::new(Code::LostContext, message, key, short)
        .about(case, index)
        .between(format!("a child of {parent}"), actual)
        .look_at(look::lost(item, wanted));
    finding.diagnosis.wire = wire::between(case, wanted, item);
    finding
}

fn link_instead(case: &Case<'_, '_>, index: usize, item: &Item<'_>, wanted: &Item<'_>) -> Finding {
    let (yours, parent) = (named(item), named(wanted));
    let message = format!(
        "{yours} begins a trace of its own and links to {parent}: it should be a child of it, in \
         the same trace."
    );
    let key = case.instance(index).line.to_string();
    Finding::new(
        Code::LinkInsteadOfParent,
        message,
        key,
        "a link where the parent belongs",
    )
    .about(case, index)
    .between(
        format!("a child of {parent}"),
        format!("a root with a link to {parent}"),
    )
    .look_at(look::span(
        item,
        wanted,
        "where the received context becomes a link",
    ))
}

fn parent_instead(case: &Case<'_, '_>, index: usize, item: &Item<'_>, above: &Item<'_>) -> Finding {
    let (yours, other) = (named(item), named(above));
    let message = format!(
        "{yours} is a child of {other}: it should begin a trace of its own and link to it."
    );
    let key = case.instance(index).line.to_string();
    Finding::new(
        Code::ParentInsteadOfLink,
        message,
        key,
        format!("a child of `{}`", above.name()),
    )
    .about(case, index)
    .between(
        format!("a root with a link to {other}"),
        format!("a child of {other}"),
    )
    .look_at(look::span(
        item,
        above,
        "where the received context becomes the parent",
    ))
}

fn joined(case: &Case<'_, '_>, index: usize, item: &Item<'_>, above: &Item<'_>) -> Finding {
    let (yours, other) = (named(item), named(above));
    let root = case.instance(index).parent.is_none();
    let belongs = if root {
        "should begin a trace of its own"
    } else {
        "belongs to another trace"
    };
    let message = format!(
        "{yours} {belongs}, and hangs under {other}: two pieces of work that have nothing to do \
         with each other are one trace."
    );
    Finding::new(
        Code::FalseJoin,
        message,
        item.trace_id.to_string(),
        under_note(above),
    )
    .about(case, index)
    .between("a trace for each", format!("a child of {other}"))
    .look_at(look::span(
        item,
        above,
        "what is current where this work starts",
    ))
}

fn under_note(above: &Item<'_>) -> String {
    if above.is_phantom() {
        format!("under {}, never received", short(above))
    } else {
        format!("under `{}`", above.name())
    }
}

fn forged(case: &Case<'_, '_>, index: usize, item: &Item<'_>) -> Finding {
    let yours = named(item);
    let message = format!(
        "{yours} took the `traceparent` of a stranger for its parent: whoever sends a request can \
         write into your traces. Begin a trace of its own and keep the stranger's context as a link."
    );
    let key = case.instance(index).line.to_string();
    let mut finding = Finding::new(Code::ForgedParent, message, key, "the stranger's trace")
        .about(case, index)
        .between("a trace of its own", "the trace that the stranger named")
        .look_at(look::span(
            item,
            item,
            "where the context is extracted from a public request",
        ));
    finding.diagnosis.wire = wire::from_stranger(case, item);
    finding
}

fn no_parent(
    case: &Case<'_, '_>,
    index: usize,
    item: &Item<'_>,
    wanted: Option<&Item<'_>>,
) -> Finding {
    let (yours, ring) = (
        named(item),
        item.span.is_some_and(|span| span.parent_span_id.is_some()),
    );
    let expected = match wanted {
        Some(wanted) => format!("a child of {}", named(wanted)),
        None => "the root of its trace".to_owned(),
    };
    let actual = if ring {
        "its parents lead back to itself"
    } else {
        "no parent, in the same trace"
    };
    let message = format!("{yours} should be {expected}; instead: {actual}.");
    let key = case.instance(index).line.to_string();
    Finding::new(
        Code::WrongParent,
        message,
        key,
        if ring {
            "its own ancestor"
        } else {
            "no parent"
        },
    )
    .about(case, index)
    .between(expected, actual)
    .look_at(look::span(
        item,
        wanted.unwrap_or(item),
        "where the ids of the parent are set",
    ))
}

fn under(
    case: &Case<'_, '_>,
    index: usize,
    item: &Item<'_>,
    wanted: Option<&Item<'_>>,
    above: usize,
) -> Finding {
    let above = &case.tree.items[above];
    let (yours, other) = (named(item), named(above));
    let expected = match wanted {
        Some(wanted) => format!("a child of {}", named(wanted)),
        None => "the root of a trace".to_owned(),
    };
    let message = format!("{yours} should be {expected}, and is a child of {other}.");
    // The same mistake in another tree of the shape is the same cause.
    let belongs = wanted.map_or_else(|| case.instance(index).line.to_string(), named);
    let key = format!("{yours}, {belongs}, {other}");
    let mut finding = Finding::new(Code::WrongParent, message, key, under_note(above))
        .about(case, index)
        .between(expected, format!("a child of {other}"))
        .look_at(look::span(
            item,
            above,
            "which span is current where this one starts",
        ));
    if let Some(wanted) = wanted {
        finding = match wire::named_another(case, wanted, item, above) {
            Some(sent) => blame_sender(finding, wanted, sent),
            None => finding,
        };
        let wire = wire::between(case, wanted, item);
        finding.diagnosis.wire = finding.diagnosis.wire.or(wire);
    }
    if let Some(line) = case.instance(index).parent.filter(|_| wanted.is_none()) {
        finding.diagnosis.expected = Some(format!("a child of {}", asked(case.line_of(line))));
    }
    finding
}

/// The receiver did as it was told: what is to be repaired is the sender's.
fn blame_sender(mut finding: Finding, sender: &Item<'_>, sent: String) -> Finding {
    let diagnosis = &mut finding.diagnosis;
    diagnosis.spans.insert(0, sender.reference());
    diagnosis.service = Some(sender.service().to_owned());
    diagnosis.span = Some(sender.name().to_owned());
    diagnosis.wire = Some(sent);
    let words = "which span's context is written into the request";
    finding.look_at(look::span(sender, sender, words))
}
