//! The learner's report.

use course::{Exercise, TestRecord, Verdict};
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

/// The first test that fails in full, of the others only what it did not show.
fn tests(exercise: &Exercise, outcome: &Outcome, links: &Links, style: &Style) -> String {
    let mut shown: Vec<Diagnosis> = Vec::new();
    let mut page = String::new();
    let several = outcome.records.len() > 1;
    for record in outcome.records.iter().filter(|record| is_wrong(record)) {
        let known = |found: &Diagnosis| shown.iter().any(|seen| is_same(seen, found));
        let name = clean(&record.test).replace('_', " ");
        if !shown.is_empty() && record.report.diagnoses.iter().all(known) {
            page.push_str(&format!(
                "\n   The same keeps another test from passing: {name}.\n"
            ));
            continue;
        }
        if several {
            page.push_str(&format!("{name}\n"));
        }
        page.push_str(&text::report(
            &heading(exercise),
            &record.report,
            links,
            style,
        ));
        page.push_str(&printed(record));
        shown.extend(record.report.diagnoses.iter().cloned());
    }
    match outcome.records.first() {
        Some(first) if outcome.passed() => {
            text::report(&heading(exercise), &first.report, links, style)
        }
        _ => page,
    }
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
    if let Some(id) = outcome.trace_ids().first() {
        let trace = format!("{}/trace/{id}", links.web);
        if !links.web.is_empty() {
            page.push_str(&text::detail("Trace", &trace, style));
        }
    }
    page
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
