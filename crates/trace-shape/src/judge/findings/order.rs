//! Whether the spans below a `seq` start in the order of its lines.

use std::collections::BTreeMap;

use super::{Case, Finding, Place, look, named};
use crate::{Code, judge::tree::Item};

pub(super) fn findings(case: &Case<'_, '_>) -> Vec<Finding> {
    let ordered = |parent: Option<usize>| match parent {
        Some(parent) => case.line_of(parent).ordered,
        None => case.expected.shape.ordered,
    };
    let mut families: BTreeMap<Option<usize>, Vec<(usize, u64, usize)>> = BTreeMap::new();
    for (index, item) in case.received() {
        let instance = case.instance(index);
        if case.places[index] == Place::Right && ordered(instance.parent) {
            let place = (instance.line, item.start(), index);
            families.entry(instance.parent).or_default().push(place);
        }
    }
    families
        .into_values()
        .filter_map(|family| finding(case, family))
        .collect()
}

/// The first span of the family that starts before one of a line above its own.
fn finding(case: &Case<'_, '_>, mut family: Vec<(usize, u64, usize)>) -> Option<Finding> {
    family.sort_unstable();
    let mut latest: Option<(usize, u64, usize)> = None;
    let mut early = None;
    for member in family {
        match latest {
            Some(before) if before.0 != member.0 && before.1 > member.1 => {
                early = Some((before.2, member.2));
                break;
            }
            Some(before) if before.1 >= member.1 => {}
            _ => latest = Some(member),
        }
    }
    let (before, after) = early?;
    Some(too_early(
        case,
        after,
        case.item_of(after)?,
        case.item_of(before)?,
    ))
}

fn too_early(case: &Case<'_, '_>, index: usize, item: &Item<'_>, before: &Item<'_>) -> Finding {
    let (yours, first) = (named(item), named(before));
    let message = format!("{yours} starts before {first}, and should start after it.");
    let parent = case
        .instance(index)
        .parent
        .map(|parent| case.instance(parent).line);
    Finding::new(
        Code::WrongOrder,
        message,
        format!("{parent:?}"),
        format!("before `{}`", before.name()),
    )
    .about(case, index)
    .between(format!("after {first}"), format!("before {first}"))
    .look_at(look::span(item, before, "what waits for what"))
}
