//! An expected shape, without an actual side.

use trace_shape::{Expected, Report};

use super::table::{Palette, Table, badge, cell, row, row_header, service_and_name};
use crate::{
    label::multiplicity,
    tree::{Place, places},
};

/// `<trace-view>` of what is expected: the expected side of the report's rows alone.
#[must_use]
pub fn shape(report: &Report, caption: &str) -> String {
    let rows = report
        .rows
        .iter()
        .filter_map(|row| row.expected.as_ref().map(|e| (row.depth, e)));
    let expected: Vec<(usize, &Expected)> = rows.collect();
    let places = places(expected.iter().map(|(depth, _)| *depth));
    let mut palette = Palette::default();
    let rows = expected.iter().zip(&places);
    let rows = rows
        .map(|((_, expected), place)| line(expected, place, &mut palette))
        .collect();
    Table {
        element: "trace-view",
        caption,
        head: &[("tv-wide", "Span"), ("tv-kind", "Kind")],
        axis_end: None,
        rows,
        below: String::new(),
    }
    .html()
}

fn line(expected: &Expected, place: &Place, palette: &mut Palette) -> String {
    let kind = if expected.kind == "*" {
        "any"
    } else {
        &expected.kind
    };
    format!(
        "{}{}{}</tr>",
        row(place, &palette.class(&expected.service), ""),
        row_header(&described(expected)),
        cell("tv-kind", &super::foreign(kind)),
    )
}

/// Service, name, multiplicity and links of a span of the expected side.
pub(super) fn described(expected: &Expected) -> String {
    let name = if expected.name == "*" {
        "any name"
    } else {
        &expected.name
    };
    let mut text = service_and_name(&expected.service, name);
    let count = multiplicity(expected);
    if !count.is_empty() {
        text.push_str(&badge("tv-count", count.trim()));
    }
    if let Some(label) = &expected.label {
        text.push_str(&badge("tv-link", &format!("known as {label}")));
    }
    for link in &expected.links {
        text.push_str(&badge("tv-link", &format!("links to {link}")));
    }
    text
}
