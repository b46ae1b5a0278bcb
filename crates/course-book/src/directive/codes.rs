//! The list of diagnosis codes.

use trace_shape::Code;

use crate::Course;

/// A section for each code, with the exercises whose starters show it.
pub(super) fn codes(course: &Course) -> String {
    Code::ALL
        .iter()
        .map(|code| section(course, *code))
        .collect()
}

fn section(course: &Course, code: Code) -> String {
    let shown: Vec<String> = course
        .exercises()
        .iter()
        .filter(|exercise| exercise.settings.fails_with.contains(&code))
        .map(|exercise| {
            format!(
                "[{}]({})",
                exercise.settings.title,
                exercise.chapter_source()
            )
        })
        .collect();
    let shown = match shown.as_slice() {
        [] => String::new(),
        shown => format!("You meet it in: {}.\n\n", shown.join(", ")),
    };
    let explained = code.explain();
    format!(
        "## `{code}` {{#{code}}}\n\n{}\n\n````text\n{}\n````\n\n**Usual causes:** {}\n\n\
         **What to do:** {}\n\n{shown}",
        explained.meaning,
        explained.example.trim_end(),
        explained.causes,
        explained.remedy,
    )
}
