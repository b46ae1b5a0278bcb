//! The words and signs that text and pages share.

use std::collections::BTreeSet;

use trace_model::TraceId;
use trace_shape::{Actual, Expected, Mark, Report, Row};

use crate::clean;

/// The sign of a mark: it says what a colour says.
pub(crate) fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Right => "✓",
        Mark::Wrong => "✗",
        Mark::Follows => "·",
        Mark::Absent => "○",
        Mark::Extra => "+",
    }
}

/// The word of a mark, for those who hear a page.
pub(crate) fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::Right => "right",
        Mark::Wrong => "wrong",
        Mark::Follows => "follows",
        Mark::Absent => "optional, absent",
        Mark::Extra => "not expected",
    }
}

/// `passed`, or `not yet, 2 problems`.
pub(crate) fn verdict(report: &Report) -> String {
    match report.diagnoses.len() {
        0 => "passed".to_owned(),
        1 => "not yet, 1 problem".to_owned(),
        more => format!("not yet, {more} problems"),
    }
}

/// ` ×3`, ` ×1..3`, ` ×2..`, ` optional`, or nothing for exactly one.
pub(crate) fn multiplicity(expected: &Expected) -> String {
    match (expected.min, expected.max) {
        (1, Some(1)) => String::new(),
        (0, Some(1)) => " optional".to_owned(),
        (min, Some(max)) if min == max => format!(" ×{min}"),
        (min, Some(max)) => format!(" ×{min}..{max}"),
        (min, None) => format!(" ×{min}.."),
    }
}

/// Whether the rows speak of more than one service, so that each name needs its service.
pub(crate) fn many_services(rows: &[Row]) -> bool {
    let expected = rows.iter().filter_map(|row| row.expected.as_ref());
    let actual = rows
        .iter()
        .flat_map(|row| &row.actual)
        .filter(|actual| !actual.phantom);
    let services: BTreeSet<&str> = expected
        .map(|expected| expected.service.as_str())
        .chain(actual.map(|actual| actual.service.as_str()))
        .filter(|service| *service != "*")
        .collect();
    services.len() > 1
}

/// Service, where it is asked for, and name of a span of the expected side.
pub(crate) fn expected_name(expected: &Expected, with_service: bool) -> String {
    let name = if expected.name == "*" {
        "any name"
    } else {
        &expected.name
    };
    let name = with_service_name(&expected.service, name, with_service);
    format!("{name}{}", multiplicity(expected))
}

/// Service, where it is asked for, and name of the spans that stand for a row.
pub(crate) fn actual_name(actual: &[Actual], with_service: bool) -> String {
    let Some(first) = actual.first() else {
        return "—".to_owned();
    };
    if first.phantom {
        return "(never received)".to_owned();
    }
    let name = with_service_name(&first.service, &first.name, with_service);
    match actual.len() {
        1 => name,
        more => format!("{name} ×{more}"),
    }
}

/// In how many more traces than that of the first the spans of a row lie.
pub(crate) fn more_traces(actual: &[Actual]) -> String {
    let traces: BTreeSet<TraceId> = actual.iter().map(|span| span.span.trace_id).collect();
    match traces.len() {
        0 | 1 => String::new(),
        more => format!(" +{}", more - 1),
    }
}

fn with_service_name(service: &str, name: &str, with_service: bool) -> String {
    let name = clean(name);
    let name = if name.trim().is_empty() {
        "(no name)"
    } else {
        &name
    };
    match clean(service) {
        service if with_service && !service.is_empty() && service != "*" => {
            format!("{service} {name}")
        }
        _ => name.to_owned(),
    }
}

/// Trace ids cut to the fewest digits, at least four, at which all of them differ.
pub(crate) struct ShortIds {
    digits: usize,
}

impl ShortIds {
    pub(crate) fn new(ids: impl IntoIterator<Item = TraceId>) -> Self {
        let ids: BTreeSet<String> = ids.into_iter().map(|id| id.to_string()).collect();
        let differ = |digits: &usize| {
            let cut: BTreeSet<&str> = ids.iter().map(|id| &id[..*digits]).collect();
            cut.len() == ids.len()
        };
        Self {
            digits: (4..32).find(differ).unwrap_or(32),
        }
    }

    pub(crate) fn of_report(report: &Report) -> Self {
        let shown = report.rows.iter().flat_map(|row| &row.actual);
        let shown = shown.map(|actual| actual.span.trace_id);
        Self::new(report.trace_ids.iter().copied().chain(shown))
    }

    pub(crate) fn short(&self, id: TraceId) -> String {
        id.to_string()[..self.digits].to_owned()
    }
}

/// A duration for people: `870 ns`, `12.3 µs`, `4.56 ms`, `1.20 s`.
pub(crate) fn duration(nanos: u64) -> String {
    let value = nanos as f64;
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        1_000..1_000_000 => format!("{} µs", three_digits(value / 1e3)),
        1_000_000..1_000_000_000 => format!("{} ms", three_digits(value / 1e6)),
        _ => format!("{} s", three_digits(value / 1e9)),
    }
}

fn three_digits(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> TraceId {
        format!("{text:0<32}").parse().unwrap()
    }

    #[test]
    fn short_ids_are_as_long_as_needed_to_differ() {
        assert_eq!(
            ShortIds::new([id("7f3a"), id("91c0")]).short(id("7f3a1")),
            "7f3a"
        );
        assert_eq!(
            ShortIds::new([id("7f3a1"), id("7f3a2")]).short(id("7f3a1")),
            "7f3a1"
        );
        assert_eq!(ShortIds::new([]).short(id("7f3a")), "7f3a");
    }

    #[test]
    fn durations_keep_three_digits() {
        let texts = [870, 12_300, 4_560_000, 1_200_000_000, 456_000_000].map(duration);
        assert_eq!(texts, ["870 ns", "12.3 µs", "4.56 ms", "1.20 s", "456 ms"]);
    }
}
