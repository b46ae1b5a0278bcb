//! What `exercise.toml` says, as parts of a page.

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
         <dl><dt>Edit</dt><dd><code>{dir}/src/lib.rs</code></dd>\
         <dt>Run</dt><dd><code>cargo workshop check {number}</code></dd>\
         <dt>Needs</dt><dd>{needs}</dd></dl>\n\n</div>\n",
        dir = escape(&dir),
        needs = escape(&needs),
        number = exercise.number,
        title = settings.title,
        minutes = settings.minutes,
    )
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
