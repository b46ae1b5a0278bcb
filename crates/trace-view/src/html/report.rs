//! Expected beside actual.

use trace_shape::{Report, Row};

use super::{foreign, table};
use crate::{
    Links,
    label::{self, ShortIds},
    tree::{Place, places},
};

/// `<trace-diff>`: the aligned trees and, below them, each root cause with where to look.
#[must_use]
pub fn report(report: &Report, links: &Links, caption: &str) -> String {
    let ids = ShortIds::of_report(report);
    let with_service = label::many_services(&report.rows);
    let places = places(report.rows.iter().map(|row| row.depth));
    let rows: String = report
        .rows
        .iter()
        .zip(&places)
        .map(|(row, place)| line(row, place, &ids, with_service, links))
        .collect();
    table::treegrid(
        "trace-diff",
        caption,
        &["", "Expected", "Kind", "Trace", "Yours"],
        &rows,
    )
}

fn line(row: &Row, place: &Place, ids: &ShortIds, with_service: bool, links: &Links) -> String {
    let name = row
        .expected
        .as_ref()
        .map(|side| label::expected_name(side, with_service));
    let kind = row.expected.as_ref().map_or("", |side| side.kind.as_str());
    let trace = row.actual.first().map(|first| first.span.trace_id);
    let trace = trace.map_or(String::new(), |id| match links.web.as_str() {
        "" => ids.short(id),
        web => format!(
            "<a href=\"{}/trace/{id}\">{}</a>",
            super::escape(web),
            ids.short(id)
        ),
    });
    format!(
        "{}<td>{} {}</td><td class=\"tv-name\">{}</td><td>{}</td><td>{trace}</td><td>{} {}</td></tr>",
        table::row(
            place,
            label::word(row.mark).split(' ').next().unwrap_or_default()
        ),
        label::sign(row.mark),
        label::word(row.mark),
        foreign(name.as_deref().unwrap_or("(nothing)")),
        foreign(if kind == "*" { "" } else { kind }),
        foreign(&label::actual_name(&row.actual, with_service)),
        foreign(&row.note),
    )
}
