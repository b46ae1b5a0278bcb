//! The learner's report.

use course::{Exercise, TestRecord, Verdict};
use trace_model::TraceId;
use trace_shape::Diagnosis;
use trace_view::{Links, Style, clean, text};

use crate::{Outcome, Problem, outcome::is_same, room::heading};

/// How many lines of a process's output are shown.
const LINES: usize = 12;

/// Everything that is to be said of one exercise.
pub(crate) fn outcome(
    exercise: &Exercise,
    outcome: &Outcome,
    links: &Links,
    style: &Style,
) -> String {
    let mut page = String::new();
    if !outcome.compiler.is_empty() {
        page.push_str(&format!(
            "{}  does not compile\n\n",
            clean(&heading(exercise))
        ));
        page.push_str(&outcome.compiler.join("\n"));
    }
    page.push_str(&tests(exercise, outcome, links, style));
    if page.is_empty() {
        page.push_str(&format!(
            "{}  {}\n",
            clean(&heading(exercise)),
            word(outcome.verdict)
        ));
    }
    for note in &outcome.notes {
        page.push_str(&problem(note));
    }
    if outcome.verdict == Verdict::Skipped {
        let what = outcome.skipped_for.as_deref();
        let what = clean(what.unwrap_or("a component is missing"));
        let chapter = "The chapter shows the traces that were recorded with it.";
        page.push_str(&format!("\n   Skipped: {what}\n   {chapter}\n"));
    }
    if outcome.passed() {
        page.push_str(&solved(exercise, outcome, links, style));
    }
    page
}

/// A test that fails, and whatever else it keeps from passing.
struct Block<'a> {
    record: &'a TestRecord,
    text: String,
}

/// The first test that fails in full, of the others only what it did not show.
fn tests(exercise: &Exercise, outcome: &Outcome, links: &Links, style: &Style) -> String {
    if outcome.passed() {
        return outcome.records.first().map_or_else(String::new, |first| {
            text::report(&heading(exercise), &first.report, links, style)
        });
    }
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let several = outcome.records.len() > 1;
    for record in outcome.records.iter().filter(|record| is_wrong(record)) {
        let name = clean(&record.test).replace('_', " ");
        if let Some(block) = showing(&mut blocks, &record.report.diagnoses) {
            let same = format!("\n   The same keeps another test from passing: {name}.\n");
            block.text.push_str(&same);
            continue;
        }
        let mut text = String::new();
        if several {
            text.push_str(&format!("{name}\n"));
        }
        text.push_str(&text::report(
            &heading(exercise),
            &record.report,
            links,
            style,
        ));
        text.push_str(&printed(record));
        blocks.push(Block { record, text });
    }
    blocks.into_iter().map(|block| block.text).collect()
}

/// The block that shows all of this: one alone where there is one, otherwise the last of several.
fn showing<'b, 'a>(
    blocks: &'b mut [Block<'a>],
    diagnoses: &[Diagnosis],
) -> Option<&'b mut Block<'a>> {
    let shows = |blocks: &[Block<'_>]| {
        let shown = || {
            blocks
                .iter()
                .flat_map(|block| &block.record.report.diagnoses)
        };
        diagnoses
            .iter()
            .all(|found| shown().any(|seen| is_same(seen, found)))
    };
    let last = blocks.len().checked_sub(1)?;
    let alone = (0..=last).find(|index| shows(&blocks[*index..=*index]));
    let index = alone.or_else(|| shows(blocks).then_some(last))?;
    blocks.get_mut(index)
}

fn is_wrong(record: &TestRecord) -> bool {
    !matches!(record.verdict, Verdict::Passed | Verdict::Skipped)
}

fn printed(record: &TestRecord) -> String {
    let mut page = String::new();
    for exit in &record.exits {
        let lines = exit.output.lines().filter(|line| !line.trim().is_empty());
        let lines: Vec<&str> = lines.collect();
        if !lines.is_empty() {
            page.push_str(&format!("\n   {} printed:\n", clean(&exit.service)));
        }
        for line in &lines[lines.len().saturating_sub(LINES)..] {
            page.push_str(&format!("     {}\n", clean(line)));
        }
    }
    page
}

/// What is in the way, with what to do.
pub(crate) fn problem(problem: &Problem) -> String {
    let what: Vec<_> = problem
        .what
        .lines()
        .map(|line| clean(line).into_owned())
        .collect();
    format!(
        "\n ✗ {}\n   To do: {}\n",
        what.join("\n   "),
        clean(&problem.remedy)
    )
}

fn solved(exercise: &Exercise, outcome: &Outcome, links: &Links, style: &Style) -> String {
    let settings = &exercise.settings;
    let mut page = "\n".to_owned();
    page.push_str(&text::detail("Look", &settings.look_at, style));
    page.push_str(&text::detail("Think", &settings.question, style));
    page.push_str(&text::detail("Read", &links.page(&exercise.page()), style));
    if let Some(id) = shown_first(outcome) {
        let trace = format!("{}/trace/{id}", links.web);
        if !links.web.is_empty() {
            page.push_str(&text::detail("Trace", &trace, style));
        }
    }
    page
}

/// The trace of the first span that the shape asks for: what came first in time may be a span that is
/// nobody's business, such as an actor's.
fn shown_first(outcome: &Outcome) -> Option<TraceId> {
    let mut rows = outcome
        .records
        .iter()
        .flat_map(|record| &record.report.rows);
    let asked = rows.find_map(|row| {
        let expected = row.expected.as_ref()?;
        let actual = row.actual.first()?;
        (expected.min > 0).then_some(actual.span.trace_id)
    });
    asked.or_else(|| outcome.trace_ids().first().copied())
}

/// One word for lists.
pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "not yet",
        Verdict::CompileError => "does not compile",
        Verdict::Timeout => "ran out of time",
        Verdict::Panicked => "panicked",
        Verdict::Skipped => "skipped",
    }
}

#[cfg(test)]
mod tests {
    use course::RECORD_SCHEMA;
    use trace_model::SpanId;
    use trace_shape::{Actual, Code, Expected, Mark, Report, Row, SpanRef};

    use super::*;

    fn record(test: &str, codes: &[Code]) -> TestRecord {
        let diagnosis = |code: &Code| Diagnosis::new(*code, "-");
        TestRecord {
            schema: RECORD_SCHEMA,
            exercise: "sample".to_owned(),
            test: test.to_owned(),
            line: 1,
            verdict: Verdict::Failed,
            skipped_for: None,
            report: Report {
                diagnoses: codes.iter().map(diagnosis).collect(),
                ..Report::default()
            },
            trace_ids: Vec::new(),
            crossings: Vec::new(),
            exits: Vec::new(),
            seconds: 0.0,
        }
    }

    #[test]
    fn what_keeps_another_test_from_passing_is_said_where_it_is_shown() {
        let first = record("first", &[Code::MissingSpan]);
        let second = record("second", &[Code::WrongKind]);
        let mut blocks: Vec<_> = [&first, &second]
            .map(|record| Block {
                record,
                text: record.test.clone(),
            })
            .into();
        let mut shown_in = |codes: &[Code]| {
            let wanted = record("third", codes);
            showing(&mut blocks, &wanted.report.diagnoses).map(|block| block.text.clone())
        };
        assert_eq!(shown_in(&[Code::MissingSpan]).as_deref(), Some("first"));
        assert_eq!(shown_in(&[Code::WrongKind]).as_deref(), Some("second"));
        let both = [Code::WrongKind, Code::MissingSpan];
        assert_eq!(shown_in(&both).as_deref(), Some("second"));
        assert_eq!(shown_in(&[Code::WrongName]), None);
        assert!(showing(&mut [], &[]).is_none());
    }

    fn row(id: u8, min: usize) -> Row {
        let trace_id = TraceId::from_bytes(&[id; 16]).expect("an id");
        let span_id = SpanId::from_bytes(&[id; 8]).expect("an id");
        let text = String::new;
        Row {
            depth: 0,
            expected: Some(Expected {
                service: text(),
                name: text(),
                kind: text(),
                min,
                max: None,
                links: Vec::new(),
                label: None,
                line: 1,
            }),
            actual: vec![Actual {
                span: SpanRef { trace_id, span_id },
                service: text(),
                name: text(),
                kind: text(),
                start_unix_nano: 0,
                end_unix_nano: 0,
                phantom: false,
            }],
            mark: Mark::Right,
            note: text(),
            diagnosis: None,
        }
    }

    #[test]
    fn a_trace_that_was_asked_for_is_opened_before_one_that_may_be_there() {
        let mut outcome = Outcome::new("sample", Verdict::Passed);
        assert_eq!(shown_first(&outcome), None);
        let mut passed = record("first", &[]);
        let (optional, asked) = (row(1, 0), row(2, 1));
        let id = |row: &Row| row.actual.first().map(|actual| actual.span.trace_id);
        let ids = (id(&optional), id(&asked));
        passed.trace_ids = ids.0.into_iter().chain(ids.1).collect();
        passed.report.rows = vec![optional];
        outcome.records = vec![passed];
        assert_eq!(shown_first(&outcome), ids.0);
        outcome.records[0].report.rows.push(asked);
        assert_eq!(shown_first(&outcome), ids.1);
    }
}
