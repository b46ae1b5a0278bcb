//! What crossed the wire between two services.

use std::collections::BTreeSet;

use super::{Case, Finding, listed, shorten};
use crate::{
    Code, Crossing, HARNESS, STRANGER,
    judge::{callers::traceparent, tree::Item},
};

/// What the service of `sender` sent to that of `receiver`, if a wire tap saw it.
pub(super) fn between(
    case: &Case<'_, '_>,
    sender: &Item<'_>,
    receiver: &Item<'_>,
) -> Option<String> {
    let (from, to) = (sender.service(), receiver.service());
    let crossings = case.evidence.crossings.iter();
    let crossings =
        crossings.filter(|crossing| from != to && crossing.from == from && crossing.to == to);
    let best = crossings
        .filter(|crossing| crossing.may_be_answered_by(receiver.name()))
        .min_by_key(|crossing| match ids(crossing) {
            Some((trace, span)) if (trace, span) == (sender.trace_id, sender.span_id) => 0,
            Some((trace, _)) if trace == sender.trace_id => 1,
            None => 2,
            Some(_) => 3,
        })?;
    Some(match best.header("traceparent") {
        None => format!("{from} sent no traceparent to {to}: {}.", carried(best)),
        Some(value) if ids(best).is_none() => {
            format!("{to} was sent traceparent `{value}`, which is not one.")
        }
        Some(value) => {
            let trace = shorten(&receiver.trace_id.to_string());
            let began = receiver.parent.is_none() && receiver.trace_id != sender.trace_id;
            let then = if began {
                format!("and began trace {trace} instead")
            } else {
                "and took another span for the parent".to_owned()
            };
            format!("{to} was sent traceparent {} {then}.", abbreviated(value))
        }
    })
}

/// What to say where the sender wrote the id of `above`, and not its own, into the request.
pub(super) fn named_another(
    case: &Case<'_, '_>,
    sender: &Item<'_>,
    receiver: &Item<'_>,
    above: &Item<'_>,
) -> Option<String> {
    let (from, to) = (sender.service(), receiver.service());
    let sent = (above.trace_id, above.span_id);
    let mut crossings = case.evidence.crossings.iter();
    crossings.find(|crossing| {
        from != to && crossing.from == from && crossing.to == to && ids(crossing) == Some(sent)
    })?;
    let words = |item: &Item<'_>| {
        let kind = item
            .span
            .map_or_else(String::new, |span| format!("{} ", span.kind));
        format!("{kind}span `{}`", item.name())
    };
    Some(format!(
        "{from} sent {to} the id of its {}, not of its {}; {to} took what it was sent.",
        words(above),
        words(sender)
    ))
}

pub(super) fn from_stranger(case: &Case<'_, '_>, item: &Item<'_>) -> Option<String> {
    let sent = case.evidence.crossings.iter().find(|crossing| {
        crossing.from == STRANGER && ids(crossing).is_some_and(|(trace, _)| trace == item.trace_id)
    })?;
    let value = sent.header("traceparent")?;
    Some(format!(
        "A stranger sent traceparent {} with {}.",
        abbreviated(value),
        sent.request
    ))
}

fn ids(crossing: &Crossing) -> Option<(trace_model::TraceId, trace_model::SpanId)> {
    traceparent(crossing.header("traceparent")?)
}

/// `00-a1b2…-01`: enough to tell two of them apart.
fn abbreviated(value: &str) -> String {
    match value.trim().split('-').collect::<Vec<_>>()[..] {
        [version, trace, _, flags] => format!("{version}-{}…-{flags}", shorten(trace)),
        _ => value.trim().to_owned(),
    }
}

fn carried(crossing: &Crossing) -> String {
    let headers = crossing.headers.iter();
    let mut names: Vec<String> = headers.map(|(name, _)| name.clone()).collect();
    names.dedup();
    let names = match names[..] {
        [] => "no header".to_owned(),
        _ => listed(&names),
    };
    format!("`{}` carried {names}", crossing.request)
}

/// Baggage and ids that were sent to a stranger.
pub(super) fn findings(case: &Case<'_, '_>) -> Vec<Finding> {
    let crossings = case.evidence.crossings.iter();
    let sent = crossings.filter(|crossing| crossing.to == STRANGER && crossing.from != HARNESS);
    sent.filter_map(leaked).collect()
}

fn leaked(crossing: &Crossing) -> Option<Finding> {
    let from = &crossing.from;
    let (message, what, carrier) = match (crossing.header("baggage"), ids(crossing)) {
        (Some(baggage), _) => {
            let members = baggage
                .split(',')
                .filter_map(|member| member.split('=').next());
            // Baggage has no order.
            let keys: BTreeSet<String> = members.map(|key| format!("`{}`", key.trim())).collect();
            let keys = Vec::from_iter(keys).join(", ");
            let message = format!(
                "{from} sent baggage to a stranger: {keys}. Whatever baggage holds, a third party can \
                 read."
            );
            (message, keys, "baggage")
        }
        (None, Some(_)) => {
            let message = format!(
                "{from} sent the ids of its trace to a stranger, who can write into it with them."
            );
            (message, "a `traceparent`".to_owned(), "a `traceparent`")
        }
        (None, None) => return None,
    };
    let mut finding = Finding::new(Code::LeakedBaggage, message, from.clone(), "")
        .between(format!("no {}", carrier.trim_start_matches("a ")), what)
        .look_at(format!(
            "where {from} writes headers into requests that leave your services"
        ));
    finding.diagnosis.service = Some(from.clone());
    finding.diagnosis.wire = Some(format!(
        "{from} sent `{}` with {carrier}.",
        crossing.request
    ));
    Some(finding)
}
