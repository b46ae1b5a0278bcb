//! An expected shape, without an actual side.

use trace_shape::{Report, Row};

use super::{foreign, table};
use crate::{
    label,
    tree::{Place, places},
};

/// `<trace-view>` of what is expected: the expected side of the report's rows alone.
#[must_use]
pub fn shape(report: &Report, caption: &str) -> String {
    let with_service = label::many_services(&report.rows);
    let expected: Vec<&Row> = report
        .rows
        .iter()
        .filter(|row| row.expected.is_some())
        .collect();
    let places = places(expected.iter().map(|row| row.depth));
    let rows: String = expected
        .iter()
        .zip(&places)
        .map(|(row, place)| line(row, place, with_service))
        .collect();
    table::treegrid("trace-view", caption, &["Span", "Kind"], &rows)
}

fn line(row: &Row, place: &Place, with_service: bool) -> String {
    let Some(expected) = &row.expected else {
        return String::new();
    };
    format!(
        "{}<td class=\"tv-name\">{}</td><td>{}</td></tr>",
        table::row(place, "tv-row"),
        foreign(&label::expected_name(expected, with_service)),
        foreign(&expected.kind),
    )
}
