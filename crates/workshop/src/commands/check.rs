//! `cargo workshop check` and `cargo workshop --once`.

use std::{io::IsTerminal, path::Path};

use course::Exercise;
use trace_view::Style;

use crate::{
    Cancel, Checker, Outcome, Problem, Subject, backend,
    cli::{Check, End, Machine, print},
    files, progress,
    report::{json::Document, junit, text},
    room::Room,
    watch::screen::{self, StatusLine},
};

/// A verdict on each exercise that is named.
pub(crate) fn check(room: &Room, arguments: &Check) -> Result<End, Problem> {
    let subject = match (&arguments.with, arguments.solution) {
        (Some(path), _) => Subject::With(path.clone()),
        (None, true) => Subject::Solution,
        (None, false) => Subject::Yours,
    };
    let exercises = chosen(room, arguments)?;
    let quiet = arguments.machine.takes_stdout();
    let mut outcomes = Vec::new();
    let mut problems = Vec::new();
    if arguments.all {
        problems.extend(room.broken.iter().map(|broken| broken.problem.clone()));
    }
    for exercise in exercises {
        match one(room, exercise, &subject, quiet) {
            Ok(outcome) => outcomes.push(outcome),
            Err(problem) => problems.push(problem),
        }
    }
    write_json(&arguments.machine, &outcomes)?;
    if let Some(path) = &arguments.junit {
        files_write(path, &junit::document(&outcomes))?;
    }
    finish(&outcomes, problems)
}

/// One verdict on the current exercise.
pub(crate) fn once(room: &Room) -> Result<End, Problem> {
    let exercise = current(room)?;
    let outcome = one(room, exercise, &Subject::Yours, false)?;
    finish(&[outcome], Vec::new())
}

/// The first exercise that is not solved; the last one when all are.
pub(crate) fn current(room: &Room) -> Result<&Exercise, Problem> {
    let loaded = progress::Progress::load(&room.layout)?;
    if let Some(note) = loaded.note {
        eprintln!("{note}");
    }
    let unsolved = |exercise: &&Exercise| !loaded.progress.is_solved(&exercise.slug);
    let first = room.exercises.iter().find(unsolved);
    first.or(room.exercises.last()).ok_or_else(|| nothing(room))
}

fn nothing(room: &Room) -> Problem {
    match room.broken.first() {
        Some(broken) => broken.problem.clone(),
        None => Problem::new("there is no exercise here", "clone the course anew"),
    }
}

fn chosen<'a>(room: &'a Room, arguments: &Check) -> Result<Vec<&'a Exercise>, Problem> {
    if arguments.all {
        return Ok(room.exercises.iter().collect());
    }
    if arguments.exercises.is_empty() {
        return Ok(vec![current(room)?]);
    }
    arguments
        .exercises
        .iter()
        .map(|typed| room.pick(typed))
        .collect()
}

fn one(
    room: &Room,
    exercise: &Exercise,
    subject: &Subject,
    quiet: bool,
) -> Result<Outcome, Problem> {
    let style = screen::style(std::io::stdout().is_terminal());
    let checker = Checker::new(room.layout.clone()).coloured(style.colour && !quiet);
    let mut status = StatusLine::new(std::io::stderr().is_terminal());
    let outcome = {
        let status = status.ticking();
        checker.check(exercise, subject, &Cancel::default(), &mut |step| {
            status.show(&step)
        })?
    };
    status.clear();
    let is_sent = *subject == Subject::Yours && settle(room, exercise, &outcome)?;
    if !quiet {
        show(room, exercise, &outcome, is_sent, &style);
    }
    Ok(outcome)
}

/// A trace that was sent nowhere has no address.
fn show(room: &Room, exercise: &Exercise, outcome: &Outcome, is_sent: bool, style: &Style) {
    let mut links = room.links();
    if !is_sent {
        links.web.clear();
    }
    print(&text::outcome(exercise, outcome, &links, style));
    print("\n");
}

/// Writes progress down and sends the trace to whoever is there; whether somebody took it.
fn settle(room: &Room, exercise: &Exercise, outcome: &Outcome) -> Result<bool, Problem> {
    let mut is_sent = false;
    if let (Some(run), Some(otlp)) = (&outcome.run, backend::destination(room)) {
        match backend::deliver(run, &otlp) {
            Ok(_) => is_sent = true,
            Err(problem) => eprint!("{}", text::problem(&problem)),
        }
    }
    if outcome.passed() {
        let loaded =
            progress::update(&room.layout, |progress| progress.set_solved(&exercise.slug))?;
        if let Some(note) = loaded.note {
            eprintln!("{note}");
        }
    }
    Ok(is_sent)
}

/// Where the machine's report was asked for, writes it.
pub(crate) fn write_json(machine: &Machine, outcomes: &[Outcome]) -> Result<(), Problem> {
    let Some(path) = &machine.json else {
        return Ok(());
    };
    let text = Document::of(outcomes).to_text();
    match machine.takes_stdout() {
        true => print(&text),
        false => files_write(path, &text)?,
    }
    Ok(())
}

/// A device such as /dev/stderr cannot be replaced by a new file.
fn files_write(path: &Path, text: &str) -> Result<(), Problem> {
    if path.exists() && !path.is_file() {
        return std::fs::write(path, text).map_err(|error| Problem::file("write", path, &error));
    }
    files::write(path, text.as_bytes())
}

fn finish(outcomes: &[Outcome], problems: Vec<Problem>) -> Result<End, Problem> {
    let mut problems = problems.into_iter();
    if let Some(first) = problems.next() {
        let rest = problems.map(|problem| format!("\n{problem}"));
        let what = first.what + &rest.collect::<String>();
        return Err(Problem::new(what, first.remedy));
    }
    match outcomes.iter().all(Outcome::passed) {
        true => Ok(End::Passed),
        false => Ok(End::NotYet),
    }
}
