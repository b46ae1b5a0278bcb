//! The aligned trees: two columns where there is room, one below the other where there is not.

use trace_shape::{Mark, Report, Row};

use super::paint::{Tone, cell, cut, paint, width};
use crate::{
    Style, clean,
    label::{ShortIds, actual_name, expected_name, many_services, more_traces, sign},
    tree::{Place, places},
};

/// Below this width the two sides stand one below the other.
pub(super) const SIDE_BY_SIDE: usize = 72;
const INDENT: usize = 3;

/// One row as texts, before columns are measured.
struct Cells {
    mark: Mark,
    expected: String,
    kind: String,
    trace: String,
    actual: String,
    note: String,
}

/// The aligned trees as lines that end in a line break; empty for a report without rows.
pub(super) fn rows(report: &Report, style: &Style) -> String {
    if report.rows.is_empty() {
        return String::new();
    }
    let ids = ShortIds::of_report(report);
    let with_service = many_services(&report.rows);
    let places = places(report.rows.iter().map(|row| row.depth));
    let cells: Vec<Cells> = report
        .rows
        .iter()
        .zip(&places)
        .map(|(row, place)| cells(row, place, &ids, with_service))
        .collect();
    if style.width >= SIDE_BY_SIDE {
        beside(&cells, style)
    } else {
        cells.iter().map(|cells| stacked(cells, style)).collect()
    }
}

fn cells(row: &Row, place: &Place, ids: &ShortIds, with_service: bool) -> Cells {
    let (name, kind) = match &row.expected {
        Some(expected) => (expected_name(expected, with_service), clean(&expected.kind)),
        None => ("(nothing)".to_owned(), "".into()),
    };
    Cells {
        mark: row.mark,
        expected: format!("{}{name}", place.branch),
        kind: if kind == "*" {
            String::new()
        } else {
            kind.into_owned()
        },
        trace: row.actual.first().map_or(String::new(), |first| {
            format!(
                "{}{}",
                ids.short(first.span.trace_id),
                more_traces(&row.actual)
            )
        }),
        actual: actual_name(&row.actual, with_service),
        note: clean(&row.note).into_owned(),
    }
}

/// The widths of the columns: expected, kind, trace id, actual. What is left is for the note.
struct Columns {
    expected: usize,
    kind: usize,
    trace: usize,
    actual: usize,
    note: usize,
}

impl Columns {
    fn of(cells: &[Cells], total: usize) -> Self {
        let widest = |text: fn(&Cells) -> &str| {
            cells
                .iter()
                .map(|cells| width(text(cells)))
                .max()
                .unwrap_or(0)
        };
        let (kind, trace) = (widest(|cells| &cells.kind), widest(|cells| &cells.trace));
        let room = total.saturating_sub(INDENT + kind + trace + 12);
        let note = widest(|cells| &cells.note).min(room / 3);
        let (mut expected, mut actual) = (
            widest(|cells| &cells.expected).max(8),
            widest(|cells| &cells.actual),
        );
        let half = (room - note) / 2;
        if expected + actual > room - note {
            expected = expected.min(half.max((room - note).saturating_sub(actual)));
            actual = actual.min(room - note - expected);
        }
        let note = room - expected - actual;
        Self {
            expected,
            kind,
            trace,
            actual,
            note,
        }
    }
}

fn beside(cells: &[Cells], style: &Style) -> String {
    let columns = Columns::of(cells, style.width);
    let gap = columns.expected + 2 + columns.kind + 5;
    let heading = format!("{}{}yours", " ".repeat(INDENT), cell("expected", gap));
    let mut text = format!("{}\n", paint(&heading, Tone::Faint, style));
    for cells in cells {
        text.push_str(&beside_line(cells, &columns, style));
    }
    text
}

fn beside_line(cells: &Cells, columns: &Columns, style: &Style) -> String {
    let line = format!(
        "{}{}  {}  {}  {}  {}  {}",
        " ".repeat(INDENT),
        cell(&cells.expected, columns.expected),
        paint(&cell(&cells.kind, columns.kind), Tone::Faint, style),
        paint(sign(cells.mark), tone(cells.mark), style),
        paint(&cell(&cells.trace, columns.trace), Tone::Accent, style),
        cell(&cells.actual, columns.actual),
        paint(&cut(&cells.note, columns.note), tone(cells.mark), style),
    );
    format!("{}\n", line.trim_end())
}

/// ` ✗ ├─ ask dealers  internal`, and below it, where something is not right, what was found.
fn stacked(cells: &Cells, style: &Style) -> String {
    let kind = if cells.kind.is_empty() {
        0
    } else {
        width(&cells.kind) + 2
    };
    let name = cut(&cells.expected, style.width.saturating_sub(INDENT + kind));
    let mut text = format!(
        " {} {name}",
        paint(sign(cells.mark), tone(cells.mark), style)
    );
    if kind > 0 {
        text.push_str("  ");
        text.push_str(&paint(&cells.kind, Tone::Faint, style));
    }
    text.push('\n');
    if cells.mark != Mark::Right {
        let found = format!("{} {}", cells.trace, cells.actual);
        let found = [found.trim(), &cells.note].join("  ");
        let found = cut(found.trim_end(), style.width.saturating_sub(7));
        text.push_str(&format!(
            "     → {}\n",
            paint(&found, tone(cells.mark), style)
        ));
    }
    text
}

fn tone(mark: Mark) -> Tone {
    match mark {
        Mark::Right => Tone::Good,
        Mark::Wrong | Mark::Extra => Tone::Bad,
        Mark::Follows | Mark::Absent => Tone::Faint,
    }
}
