//! Pictures of shapes and of real runs.

use std::{fs, path::PathBuf};

use course::Exercise;
use trace_model::{Forest, otlp_json};
use trace_shape::{Expected, Line, Mark, Report, Row, Shape};
use trace_view::{Links, Style, html, text};

use super::{Place, inert};
use crate::{Course, Problem};

/// Columns of a code block that fit the page.
const TERMINAL: Style = Style {
    colour: false,
    width: 85,
};

/// What the exercise expects, drawn from its `expected.shape`.
pub(super) fn shape(
    course: &Course,
    place: &Place,
    exercise: &Exercise,
) -> Result<String, Problem> {
    let path = exercise.dir.join("expected.shape");
    let name = course.below_root(&path);
    let text = fs::read_to_string(&path).map_err(|error| {
        let what = format!("cannot read {}: {error}", name.display());
        place.problem(what, "write the exercise's shape")
    })?;
    let shape = Shape::parse(&text).map_err(|error| {
        place.problem(format!("{}: {error}", name.display()), "repair the shape")
    })?;
    let caption = format!("{}: what is expected", exercise.settings.title);
    Ok(line(&html::shape(&expectation(&shape), &caption)))
}

/// The lines of a shape as the expected side of a report.
fn expectation(shape: &Shape) -> Report {
    let mut depths: Vec<usize> = Vec::new();
    let mut report = Report::default();
    for line in shape.lines() {
        let depth = line
            .parent
            .and_then(|parent| depths.get(parent))
            .map_or(0, |depth| depth + 1);
        depths.push(depth);
        report.rows.push(Row {
            depth,
            expected: Some(expected(line)),
            actual: Vec::new(),
            mark: Mark::Right,
            note: String::new(),
            diagnosis: None,
        });
    }
    report
}

fn expected(line: &Line) -> Expected {
    let any = || "*".to_owned();
    Expected {
        service: line.service.clone().unwrap_or_else(any),
        name: line.name.clone().unwrap_or_else(any),
        kind: line.kind.map_or_else(any, |kind| kind.to_string()),
        min: line.min,
        max: line.max,
        links: line.links.clone(),
        label: line.label.clone(),
        line: line.number,
    }
}

/// The waterfall of a real run, its wrong spans marked.
pub(super) fn trace(
    course: &Course,
    place: &Place,
    exercise: &Exercise,
    run: &str,
) -> Result<String, Problem> {
    let (path, text) = generated(course, place, exercise, &format!("{run}.otlp.json"))?;
    let spans = otlp_json::read(&text).map_err(|error| stale(place, &path, &error.to_string()))?;
    let forest = Forest::new(spans.spans);
    let title = &exercise.settings.title;
    let caption = match run {
        "failing" => format!("{title}: a run of the starter"),
        _ => format!("{title}: a run of the solution"),
    };
    let report = match run {
        "failing" => read_report(course, place, exercise)?,
        _ => Report::default(),
    };
    Ok(line(&html::marked_forest(&forest, &report, &caption)))
}

/// Expected beside actual, from the failing run.
pub(super) fn diff(course: &Course, place: &Place, exercise: &Exercise) -> Result<String, Problem> {
    let report = read_report(course, place, exercise)?;
    let caption = format!("{}: expected and found", exercise.settings.title);
    Ok(line(&html::report(&report, &Links::default(), &caption)))
}

/// What the terminal prints for the failing run.
pub(super) fn report(
    course: &Course,
    place: &Place,
    exercise: &Exercise,
) -> Result<String, Problem> {
    let report = read_report(course, place, exercise)?;
    let heading = format!(
        "{} {} · {}",
        exercise.number, exercise.slug, exercise.settings.title
    );
    let links = Links {
        book: "http://127.0.0.1:3000".to_owned(),
        web: "http://127.0.0.1:16686".to_owned(),
    };
    let text = text::report(&heading, &report, &links, &TERMINAL).replace("{{#", "\\{{#");
    Ok(format!("````text\n{}\n````\n", text.trim_end()))
}

fn read_report(course: &Course, place: &Place, exercise: &Exercise) -> Result<Report, Problem> {
    let (path, text) = generated(course, place, exercise, "failing.json")?;
    serde_json::from_str(&text).map_err(|error| stale(place, &path, &error.to_string()))
}

fn generated(
    course: &Course,
    place: &Place,
    exercise: &Exercise,
    file: &str,
) -> Result<(PathBuf, String), Problem> {
    let path = course.generated(exercise, file);
    let name = course.below_root(&path);
    let text = fs::read_to_string(&path).map_err(|error| {
        let what = format!("{} has not been generated ({error})", name.display());
        place.problem(what, "run `cargo author regen`")
    })?;
    Ok((name, text))
}

fn stale(place: &Place, path: &std::path::Path, why: &str) -> Problem {
    place.problem(
        format!("{}: {why}", path.display()),
        "run `cargo author regen`",
    )
}

/// The line begins with a tag that Markdown knows as a block: an unknown one would become part of
/// a paragraph, and a paragraph cannot hold a table.
fn line(markup: &str) -> String {
    format!("<div class=\"trace-picture\">{}</div>\n", inert(markup))
}
