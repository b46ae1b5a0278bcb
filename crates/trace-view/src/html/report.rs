//! Expected beside actual.

use trace_model::TraceId;
use trace_shape::{Diagnosis, Mark, Report, Row};

use super::{
    foreign,
    lane::{self, Axis, Lane},
    shape::described,
    table::{Palette, Table, badge, cell, row_header},
};
use crate::{
    Links,
    label::{ShortIds, actual_name, many_services, more_traces, sign, word},
    tree::{Place, places},
};

/// `<trace-diff>`: the aligned trees with the actual bars and, below them, each root cause with
/// what the wire carried and where to look.
#[must_use]
pub fn report(report: &Report, links: &Links, caption: &str) -> String {
    let mut page = Page::new(report, links);
    let places = places(report.rows.iter().map(|row| row.depth));
    let rows = report
        .rows
        .iter()
        .zip(&places)
        .map(|(row, place)| page.line(row, place))
        .collect();
    Table {
        element: "trace-diff",
        caption,
        head: &[
            ("tv-wide", "Expected"),
            ("tv-kind", "Kind"),
            ("tv-yours", "Yours"),
        ],
        axis_end: Some(crate::label::duration(page.axis.length())),
        rows,
        below: facts(&report.diagnoses, links),
    }
    .html()
}

struct Page<'a> {
    links: &'a Links,
    ids: ShortIds,
    axis: Axis,
    with_service: bool,
    palette: Palette,
}

impl<'a> Page<'a> {
    fn new(report: &Report, links: &'a Links) -> Self {
        let spans = report
            .rows
            .iter()
            .flat_map(|row| &row.actual)
            .filter(|span| !span.phantom);
        Self {
            links,
            ids: ShortIds::of_report(report),
            axis: Axis::around(spans.map(|span| (span.start_unix_nano, span.end_unix_nano))),
            with_service: many_services(&report.rows),
            palette: Palette::default(),
        }
    }

    fn line(&mut self, row: &Row, place: &Place) -> String {
        let expected = row.expected.as_ref();
        let service = expected.map(|side| &side.service);
        let service = service.or_else(|| row.actual.first().map(|span| &span.service));
        let mut class = self.palette.class(service.map_or("", String::as_str));
        class.push_str(mark_class(row.mark));
        let kind = expected.map_or("", |side| side.kind.as_str());
        let name = expected.map_or_else(|| "<i>nothing</i>".to_owned(), described);
        format!(
            "{}{}{}{}{}</tr>",
            super::table::row(place, &class, ""),
            row_header(&name),
            cell("tv-kind", &foreign(if kind == "*" { "any" } else { kind })),
            cell("tv-yours", &self.yours(row)),
            lane::cell(self.axis, &bars(row)),
        )
    }

    fn yours(&self, row: &Row) -> String {
        let trace = row
            .actual
            .first()
            .map(|first| self.trace(first.span.trace_id));
        let mut text = format!("<span class=\"tv-sign\">{}</span> ", sign(row.mark));
        if row.mark != Mark::Right {
            text.push_str(&format!("<b class=\"tv-word\">{}</b> ", word(row.mark)));
        }
        text.push_str(&format!(
            "{}{} ",
            trace.unwrap_or_default(),
            more_traces(&row.actual)
        ));
        text.push_str(&foreign(&actual_name(&row.actual, self.with_service)));
        if !row.note.is_empty() {
            text.push_str(&badge("tv-bad", &row.note));
        }
        text
    }

    fn trace(&self, id: TraceId) -> String {
        let short = self.ids.short(id);
        match self.links.web.as_str() {
            "" => format!("<code>{short}</code>"),
            web => format!(
                "<a href=\"{}/trace/{id}\"><code>{short}</code></a>",
                super::escape(web)
            ),
        }
    }
}

fn mark_class(mark: Mark) -> &'static str {
    match mark {
        Mark::Right => " tv-right",
        Mark::Wrong | Mark::Extra => " tv-wrong",
        Mark::Follows => " tv-follows",
        Mark::Absent => " tv-absent",
    }
}

fn bars(row: &Row) -> Lane<'static> {
    let spans = row.actual.iter().filter(|span| !span.phantom);
    let bars = spans
        .map(|span| (span.start_unix_nano, span.end_unix_nano))
        .collect();
    Lane {
        bars,
        critical: &[],
        events: Vec::new(),
    }
}

fn facts(diagnoses: &[Diagnosis], links: &Links) -> String {
    if diagnoses.is_empty() {
        return String::new();
    }
    let facts: String = diagnoses
        .iter()
        .map(|diagnosis| fact(diagnosis, links))
        .collect();
    format!("<ol class=\"tv-facts\">{facts}</ol>")
}

fn fact(diagnosis: &Diagnosis, links: &Links) -> String {
    let code = diagnosis.code.as_str();
    let mut text = format!("<li><code>{code}</code> {}", foreign(&diagnosis.message));
    let details = [
        ("On the wire", &diagnosis.wire),
        ("Look at", &diagnosis.look_at),
    ];
    for (label, detail) in details {
        if let Some(detail) = detail {
            text.push_str(&format!("<br><b>{label}:</b> {}", foreign(detail)));
        }
    }
    if let Some(chapter) = diagnosis
        .chapter
        .as_ref()
        .filter(|_| !links.book.is_empty())
    {
        let address = foreign(&format!("{}/{chapter}", links.book));
        text.push_str(&format!(
            "<br><b>Read:</b> <a href=\"{address}\">the chapter</a>"
        ));
    }
    text.push_str("</li>");
    text
}
