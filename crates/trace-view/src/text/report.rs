//! What is printed when an exercise is not solved yet, and when it is.

use trace_shape::{Diagnosis, Report};

use super::{
    paint::{Tone, cell, cut, paint, width, wrap},
    rows::{SIDE_BY_SIDE, rows},
};
use crate::{Links, Style, clean, label};

/// Width of the column that says what a detail is.
const LABEL: usize = 10;
const INDENT: usize = 3;

/// The whole report: heading and verdict, each broken fact, the aligned trees once, then what the
/// wire carried and where to look and read, for each broken fact.
#[must_use]
pub fn report(heading: &str, report: &Report, links: &Links, style: &Style) -> String {
    let mut parts = vec![heading_line(heading, report, style)];
    let facts: String = report
        .diagnoses
        .iter()
        .map(|diagnosis| fact(diagnosis, style))
        .collect();
    parts.push(facts);
    parts.push(rows(report, style));
    let several = report.diagnoses.len() > 1;
    parts.extend(
        report
            .diagnoses
            .iter()
            .map(|diagnosis| details(report, diagnosis, several, links, style)),
    );
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn heading_line(heading: &str, report: &Report, style: &Style) -> String {
    let verdict = label::verdict(report);
    let tone = if report.passed() {
        Tone::Good
    } else {
        Tone::Bad
    };
    let heading = clean(heading);
    let room = style.width.saturating_sub(width(&verdict) + 2);
    let heading = paint(&cell(&cut(&heading, room), room), Tone::Strong, style);
    format!("{heading}  {}\n", paint(&verdict, tone, style))
}

fn fact(diagnosis: &Diagnosis, style: &Style) -> String {
    let code = diagnosis.code.as_str();
    let message = clean(&diagnosis.message);
    let whole = wrap(
        &format!("{code} · {message}"),
        style.width.saturating_sub(INDENT),
    );
    let mut text = String::new();
    for (index, line) in whole.iter().enumerate() {
        let sign = if index == 0 { "✗" } else { " " };
        let rest = line.strip_prefix(code).filter(|_| index == 0);
        let line = match rest {
            Some(rest) => format!("{}{rest}", paint(code, Tone::Bad, style)),
            None => line.clone(),
        };
        text.push_str(&format!(" {} {line}\n", paint(sign, Tone::Bad, style)));
    }
    text
}

fn details(
    report: &Report,
    diagnosis: &Diagnosis,
    several: bool,
    links: &Links,
    style: &Style,
) -> String {
    let explain = format!("cargo workshop explain {}", diagnosis.code);
    let found = diagnosis
        .actual
        .as_deref()
        .filter(|_| diagnosis.expected.is_some());
    let read = diagnosis.chapter.as_ref().map(|page| links.page(page));
    let facts = [
        ("Expected", diagnosis.expected.clone()),
        ("Found", found.map(str::to_owned)),
        ("Wire", diagnosis.wire.clone()),
        ("Look at", diagnosis.look_at.clone()),
        ("Read", read),
        ("Trace", trace_address(report, diagnosis, links)),
        ("Explain", Some(explain)),
    ];
    let mut text = String::new();
    if several {
        let code = paint(diagnosis.code.as_str(), Tone::Bad, style);
        text.push_str(&format!("{}{code}\n", " ".repeat(INDENT)));
    }
    for (label, value) in facts {
        text.push_str(&value.map_or(String::new(), |value| detail(label, &value, style)));
    }
    text
}

/// `Look at   where …`, as wide as the terminal; on a narrow one what is long stands below its
/// label.
#[must_use]
pub fn detail(label: &str, value: &str, style: &Style) -> String {
    let value = clean(value);
    let below = style.width < SIDE_BY_SIDE && width(&value) + INDENT + LABEL > style.width;
    let indent = if below { INDENT + 2 } else { INDENT + LABEL };
    let mut lines = wrap(&value, style.width.saturating_sub(indent));
    if below {
        lines.insert(0, String::new());
    }
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let label = match index {
            0 => cell(label, LABEL),
            _ => " ".repeat(indent - INDENT),
        };
        let line = format!(
            "{}{}{line}",
            " ".repeat(INDENT),
            paint(&label, Tone::Faint, style)
        );
        text.push_str(&format!("{}\n", line.trim_end()));
    }
    text
}

/// The page of the first of its traces that was received.
fn trace_address(report: &Report, diagnosis: &Diagnosis, links: &Links) -> Option<String> {
    let mut traces = diagnosis.spans.iter().map(|span| span.trace_id);
    let trace = traces.find(|trace| report.trace_ids.contains(trace));
    let trace = trace.filter(|_| !links.web.is_empty())?;
    Some(format!("{}/trace/{trace}", links.web))
}
