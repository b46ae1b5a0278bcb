//! What each directive becomes.

mod card;
mod carrier;
mod codes;
mod picture;
mod slice;

use std::path::Path;

use course::Exercise;

use crate::{Course, Problem};

pub(crate) use slice::{between, slice};

/// Where a directive stands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) file: &'a Path,
    pub(crate) line: usize,
    pub(crate) in_code: bool,
}

impl Place<'_> {
    pub(crate) fn problem(&self, what: impl Into<String>, repair: impl Into<String>) -> Problem {
        Problem::new(self.file, self.line, what, repair)
    }
}

/// Every directive of ours.
pub(crate) const NAMES: [&str; 13] = [
    "task", "predict", "hints", "look", "question", "shape", "trace", "diff", "report", "carrier",
    "codes", "lessons", "slice",
];

/// The Markdown that stands in the place of a directive.
pub(crate) fn render(
    course: &Course,
    place: &Place,
    name: &str,
    arguments: &str,
) -> Result<String, Problem> {
    if place.in_code && name != "slice" {
        let what = format!("`{name}` stands in a code block");
        return Err(place.problem(what, "move it out of the fence"));
    }
    let exercise = || exercise(course, place, arguments);
    match name {
        "task" => Ok(card::task(course, exercise()?)),
        "predict" => Ok(card::predict(exercise()?)),
        "hints" => Ok(card::hints(exercise()?)),
        "look" => Ok(card::look(exercise()?)),
        "question" => Ok(card::question(exercise()?)),
        "lessons" => Ok(card::lessons(course)),
        "shape" => picture::shape(course, place, exercise()?),
        "trace" => picture::trace(course, place, exercise()?, run(place, arguments)?),
        "diff" => picture::diff(course, place, exercise()?),
        "report" => picture::report(course, place, exercise()?),
        "carrier" => carrier::carrier(course, place, arguments),
        "codes" => Ok(codes::codes(course)),
        "slice" => slice(course, place, arguments),
        other => {
            let what = format!("there is no directive `{other}`");
            Err(place.problem(what, format!("the directives are: {}", NAMES.join(", "))))
        }
    }
}

fn exercise<'a>(
    course: &'a Course,
    place: &Place,
    arguments: &str,
) -> Result<&'a Exercise, Problem> {
    let name = arguments.split_whitespace().next().unwrap_or_default();
    course.exercise(name).ok_or_else(|| {
        let known: Vec<&str> = course
            .exercises()
            .iter()
            .map(|known| known.slug.as_str())
            .collect();
        let what = format!("there is no readable exercise `{name}`");
        place.problem(what, format!("the exercises are: {}", known.join(", ")))
    })
}

/// `failing` or `solved`.
fn run<'a>(place: &Place, arguments: &'a str) -> Result<&'a str, Problem> {
    match arguments.split_whitespace().nth(1) {
        Some(run @ ("failing" | "solved")) => Ok(run),
        _ => Err(place.problem(
            "no run is named",
            "write `failing` or `solved` after the exercise",
        )),
    }
}

/// Markup that mdBook must not read a directive of its own into.
fn inert(markup: &str) -> String {
    markup.replace("{{", "&#123;&#123;")
}
