//! What `exercise.toml` says, as parts of a page.

use std::{fs, path::Path};

use course::{Exercise, Hint};
use trace_view::html::escape;

use crate::Course;

/// The card at the top of a chapter.
pub(super) fn task(course: &Course, exercise: &Exercise) -> String {
    let settings = &exercise.settings;
    let needs = match settings.needs.as_slice() {
        [] => "Rust, nothing else".to_owned(),
        needs => format!("Rust and {}", needs.join(", ")),
    };
    let dir = course.below_root(&exercise.dir).display().to_string();
    let gaps: String = settings
        .gaps
        .iter()
        .map(|(id, gap)| format!("- `TODO({id})` {}\n", gap.what))
        .collect();
    format!(
        "<div class=\"task-card\" role=\"group\" aria-label=\"Exercise {number}\">\n\n\
         **Exercise {number} · {title}** <span class=\"task-minutes\">{minutes} minutes</span>\n\n\
         {gaps}\n\
         <dl><dt>Edit</dt><dd>{files}</dd>\
         <dt>Run</dt><dd><code>cargo workshop check {number}</code></dd>\
         <dt>Needs</dt><dd>{needs}</dd></dl>\n\n</div>\n",
        files = files(exercise, &dir),
        needs = escape(&needs),
        number = exercise.number,
        title = settings.title,
        minutes = settings.minutes,
    )
}

/// The files that have gaps, as the solution shows: the learner may have taken the marks away.
fn files(exercise: &Exercise, dir: &str) -> String {
    let solution = exercise.dir.join("../../solutions").join(exercise.folder());
    let mut files = Vec::new();
    with_gaps(&solution, "src", &mut files);
    files.sort();
    if files.is_empty() {
        files.push("src/lib.rs".to_owned());
    }
    let code = |file: &String| {
        // A line may end behind a slash, and nowhere else.
        let path = escape(&format!("{dir}/{file}")).replace('/', "/<wbr>");
        format!("<code>{path}</code>")
    };
    files.iter().map(code).collect::<Vec<_>>().join("<br>")
}

fn with_gaps(root: &Path, below: &str, found: &mut Vec<String>) {
    let entries = fs::read_dir(root.join(below)).into_iter().flatten();
    for entry in entries.flatten() {
        let name = format!("{below}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            with_gaps(root, &name, found);
        } else if fs::read_to_string(entry.path()).is_ok_and(|text| has_gap(&text)) {
            found.push(name);
        }
    }
}

fn has_gap(text: &str) -> bool {
    let mut comments = text.lines().filter_map(course::comment);
    comments.any(|comment| comment.trim_start().starts_with("DONE("))
}

/// The prediction: the answer is folded away.
pub(super) fn predict(exercise: &Exercise) -> String {
    let predict = &exercise.settings.predict;
    let answers: String = predict
        .answers
        .iter()
        .zip('A'..)
        .map(|(answer, letter)| format!("- **{letter}** {answer}\n"))
        .collect();
    let letter = ('A'..).nth(predict.right).unwrap_or('?');
    format!(
        "<div class=\"predict\" role=\"group\" aria-label=\"Prediction\">\n\n\
         **Before you run it:** {}\n\n{answers}\n\
         <details>\n<summary>Decide first, then look</summary>\n\n**{letter}.** {}\n\n\
         </details>\n\n</div>\n",
        predict.question, predict.because
    )
}

/// The ladder of hints, each rung folded.
pub(super) fn hints(exercise: &Exercise) -> String {
    let titles = ["A nudge", "What to use", "The shape of the answer"];
    let hints = exercise.settings.hints.iter().zip(titles);
    let rungs: String = hints.map(|(hint, title)| rung(hint, title)).collect();
    format!("<div class=\"hints\" role=\"group\" aria-label=\"Hints\">\n\n{rungs}</div>\n")
}

fn rung(hint: &Hint, title: &str) -> String {
    let docs = hint
        .docs
        .as_ref()
        .map_or(String::new(), |docs| format!(" [Documentation]({docs})"));
    format!(
        "<details>\n<summary>{title}</summary>\n\n{}{docs}\n\n</details>\n\n",
        hint.text()
    )
}

/// What to look at once it is right.
pub(super) fn look(exercise: &Exercise) -> String {
    format!(
        "> [!TIP]\n> **Look at the trace.** {}\n",
        quoted(&exercise.settings.look_at)
    )
}

/// The question to think about.
pub(super) fn question(exercise: &Exercise) -> String {
    format!(
        "> [!NOTE]\n> **Think about it.** {}\n",
        quoted(&exercise.settings.question)
    )
}

fn quoted(text: &str) -> String {
    text.trim().replace('\n', "\n> ")
}

/// All exercises with their minutes, as a table.
pub(super) fn lessons(course: &Course) -> String {
    let mut table = String::from("| | Exercise | Minutes |\n|---|---|--:|\n");
    for exercise in course.exercises() {
        let (number, settings) = (&exercise.number, &exercise.settings);
        let chapter = exercise.chapter_source();
        let line = format!(
            "| {number} | [{}]({chapter}) | {} |\n",
            settings.title, settings.minutes
        );
        table.push_str(&line);
    }
    table
}
