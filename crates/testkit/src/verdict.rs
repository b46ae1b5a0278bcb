//! The verdict on a run: judged, completed, written down, printed.

use std::{
    io::{IsTerminal, Write, stderr},
    mem,
};

use course::{Exercise, Layout, RECORD_SCHEMA, Session, TestRecord, Verdict};
use trace_model::Span;
use trace_shape::{Code, Diagnosis, Mark, Report, Row, Shape, judge};
use trace_view::{Links, Style, clean, text};

use crate::{
    complete::{Named, Sources},
    deliver, facts, record,
    run::Ran,
    seen::Seen,
    site::Site,
};

/// How many lines of a process's output are shown.
const LINES: usize = 12;

/// Gives the verdict; true when all is right.
pub(crate) fn give<T>(mut ran: Ran<T>, shape: &str) -> bool {
    let shape = crate::harness(Shape::parse(shape));
    let mut report = judge(&shape, &ran.seen.forest, &ran.seen.evidence);
    combine(&mut report, &mut ran);
    complete(&mut report, &ran);
    let mut record = record_of(&ran, report);
    keep(&ran, &mut record);
    print(&ran.exercise, &record, &Session::load(&ran.layout));
    leave(&ran, &record);
    record.verdict == Verdict::Passed
}

/// One list of causes: what was fatal stands alone; otherwise the answer, the pipeline, the trace,
/// the facts.
fn combine<T>(report: &mut Report, ran: &mut Ran<T>) {
    if let Some(fatal) = ran.fate.fatal.take() {
        report.rows.iter_mut().for_each(|row| {
            row.diagnosis = None;
            if row.mark == Mark::Wrong {
                row.mark = Mark::Follows;
            }
        });
        report.diagnoses = vec![fatal];
        return;
    }
    let lost = ran.fate.lost.take();
    if lost.is_some() {
        drop_consequences(report);
    }
    still_open(report, &ran.seen);
    put_first(report, ran.wrong.drain(..).chain(lost).collect());
    facts::add(mem::take(&mut ran.facts), &mut report.diagnoses);
    let alone = report.diagnoses.is_empty();
    let unsampled = ran.seen.unsampled.wrong(ran.seen.crossings(), alone);
    report.diagnoses.extend(unsampled);
}

fn put_first(report: &mut Report, first: Vec<Diagnosis>) {
    let shift = first.len();
    for row in &mut report.rows {
        row.diagnosis = row.diagnosis.map(|index| index + shift);
    }
    report.diagnoses.splice(0..0, first);
}

/// A pipeline that lost spans is the cause of every span that is missing.
fn drop_consequences(report: &mut Report) {
    let follows = |diagnosis: &Diagnosis| {
        matches!(
            diagnosis.code,
            Code::MissingSpan | Code::NeverExported | Code::WrongCount
        )
    };
    let mut kept = 0;
    let place = |diagnosis: &Diagnosis| {
        (!follows(diagnosis)).then(|| {
            kept += 1;
            kept - 1
        })
    };
    let places: Vec<Option<usize>> = report.diagnoses.iter().map(place).collect();
    for row in &mut report.rows {
        row.diagnosis = row.diagnosis.and_then(|index| places.get(index).copied()?);
    }
    report.diagnoses.retain(|diagnosis| !follows(diagnosis));
}

/// Tells of a span that the code's own shutdown of its provider cut off.
fn still_open(report: &mut Report, seen: &Seen) {
    for diagnosis in &mut report.diagnoses {
        let cut = |name: &String| seen.cut_off.contains(name);
        if diagnosis.code == Code::NeverEnded && diagnosis.span.as_ref().is_some_and(cut) {
            let actual = "still open when the tracer provider was shut down";
            diagnosis.actual = Some(actual.to_owned());
        }
    }
}

fn complete<T>(report: &mut Report, ran: &Ran<T>) {
    let sources = Sources {
        layout: &ran.layout,
        exercise: &ran.exercise,
        forest: &ran.seen.forest,
        crossings: ran.seen.crossings(),
        folder: ran.site.sources(),
    };
    let parents: Vec<Option<Named>> = (0..report.diagnoses.len())
        .map(|index| parent(&report.rows, index))
        .collect();
    for (diagnosis, parent) in report.diagnoses.iter_mut().zip(parents) {
        sources.complete(diagnosis, parent.as_ref());
    }
}

/// The expected span above the first row of a diagnosis.
fn parent(rows: &[Row], diagnosis: usize) -> Option<Named> {
    let at = rows
        .iter()
        .position(|row| row.diagnosis == Some(diagnosis))?;
    let above = rows[..at]
        .iter()
        .rev()
        .find(|row| row.depth < rows[at].depth)?;
    let expected = above.expected.as_ref()?;
    Some(Named {
        service: expected.service.clone(),
        name: expected.name.clone(),
    })
}

fn record_of<T>(ran: &Ran<T>, report: Report) -> TestRecord {
    TestRecord {
        schema: RECORD_SCHEMA,
        exercise: ran.site.slug().to_owned(),
        test: ran.site.test_name(),
        line: ran.site.line,
        verdict: verdict_of(&report),
        skipped_for: None,
        trace_ids: report.trace_ids.clone(),
        report,
        crossings: ran.seen.evidence.crossings.clone(),
        exits: ran.exits.clone(),
        seconds: ran.started.elapsed().as_secs_f64(),
    }
}

fn verdict_of(report: &Report) -> Verdict {
    match report.diagnoses.first().map(|diagnosis| diagnosis.code) {
        None => Verdict::Passed,
        Some(Code::TimedOut) => Verdict::Timeout,
        Some(Code::Panicked) => Verdict::Panicked,
        Some(_) => Verdict::Failed,
    }
}

/// Everything at once, so that reports of parallel tests do not mix.
fn print(exercise: &Exercise, record: &TestRecord, session: &Session) {
    let links = Links {
        book: session.book.clone(),
        web: session.web().to_owned(),
    };
    let style = Style::from_env(stderr().is_terminal());
    let heading = format!(
        "{} {} · {}",
        exercise.number, exercise.slug, exercise.settings.title
    );
    let mut page = text::report(&heading, &record.report, &links, &style);
    if record.verdict != Verdict::Passed {
        page.push_str(&outputs(record));
    }
    eprintln!("{page}");
}

fn outputs(record: &TestRecord) -> String {
    let mut page = String::new();
    for exit in &record.exits {
        let lines: Vec<&str> = exit
            .output
            .lines()
            .filter(|l| !l.trim().is_empty())
            .collect();
        if !lines.is_empty() {
            page.push_str(&format!("\n   {} printed:\n", exit.service));
        }
        for line in &lines[lines.len().saturating_sub(LINES)..] {
            page.push_str(&format!("     {}\n", clean(line)));
        }
    }
    page
}

fn leave<T>(ran: &Ran<T>, record: &TestRecord) {
    let spans = record::stamped(ran.seen.spans(), ran.site.slug());
    write_down(&ran.layout, &ran.site, record, &spans);
    deliver::copy(&ran.layout, &ran.site, &spans);
}

/// Writes down what guests left, where the verdict is not good, and says so among what they said.
fn keep<T>(ran: &Ran<T>, record: &mut TestRecord) {
    let folder = record::folder(&ran.layout, &ran.site);
    let Some(folder) = folder.filter(|_| record.verdict != Verdict::Passed) else {
        return;
    };
    for (name, content) in &ran.files {
        let file = folder.join(format!("{}.{name}", record.test));
        let told = match record::keep(&file, content) {
            Ok(()) => file
                .strip_prefix(ran.layout.root())
                .unwrap_or(&file)
                .display()
                .to_string(),
            Err(error) => format!("{} could not be written: {error}", file.display()),
        };
        let guest = name.split('.').next().unwrap_or_default();
        let said = record.exits.iter_mut().find(|exit| exit.service == guest);
        if let Some(exit) = said {
            exit.output.push_str(&format!("kept: {told}\n"));
        }
    }
}

fn write_down(layout: &Layout, site: &Site, record: &TestRecord, spans: &[Span]) {
    let Some(folder) = record::folder(layout, site) else {
        return;
    };
    if let Err(error) = record::write(&folder, record, spans) {
        let folder = folder.display();
        eprintln!("the record of this test could not be written to {folder}: {error}");
    }
}

/// The record of a test for which a component is missing, and the line that says so, past libtest's
/// capture.
pub(crate) fn skip(site: &Site, layout: &Layout, exercise: &Exercise, missing: &str) {
    let record = TestRecord {
        schema: RECORD_SCHEMA,
        exercise: site.slug().to_owned(),
        test: site.test_name(),
        line: site.line,
        verdict: Verdict::Skipped,
        skipped_for: Some(missing.to_owned()),
        report: Report::default(),
        trace_ids: Vec::new(),
        crossings: Vec::new(),
        exits: Vec::new(),
        seconds: 0.0,
    };
    let _ = writeln!(stderr(), "{} skipped: {missing}", exercise.slug);
    write_down(layout, site, &record, &[]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(diagnosis: usize) -> Row {
        Row {
            depth: 0,
            expected: None,
            actual: Vec::new(),
            mark: Mark::Wrong,
            note: String::new(),
            diagnosis: Some(diagnosis),
        }
    }

    #[test]
    fn rows_keep_their_diagnosis_when_consequences_go_and_a_cause_comes() {
        let codes = [
            Code::MissingSpan,
            Code::WrongName,
            Code::NeverExported,
            Code::WrongKind,
        ];
        let mut report = Report {
            diagnoses: codes.map(|code| Diagnosis::new(code, "")).into(),
            rows: (0..4).map(row).collect(),
            trace_ids: Vec::new(),
        };
        drop_consequences(&mut report);
        put_first(&mut report, vec![Diagnosis::new(Code::DroppedSpans, "")]);
        let codes: Vec<Code> = report
            .diagnoses
            .iter()
            .map(|diagnosis| diagnosis.code)
            .collect();
        assert_eq!(
            codes,
            [Code::DroppedSpans, Code::WrongName, Code::WrongKind]
        );
        let shown: Vec<_> = report.rows.iter().map(|row| row.diagnosis).collect();
        assert_eq!(shown, [None, Some(1), None, Some(2)]);
    }
}
