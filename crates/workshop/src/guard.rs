//! What grades an exercise is not the learner's to change.

use std::fs;

use course::Layout;

use crate::{Problem, starters};

/// Whether a file of an exercise grades it; its path below the exercise, with slashes.
pub(crate) fn grades(file: &str) -> bool {
    file.starts_with("tests/") || ["expected.shape", "exercise.toml"].contains(&file)
}

/// What is missing or changed among the files that grade an exercise; nothing for an exercise of
/// which no original is known.
pub(crate) fn changed(layout: &Layout, slug: &str) -> Vec<Problem> {
    let starters = starters::of(layout);
    let Some(starter) = starters.iter().find(|starter| starter.slug == slug) else {
        return Vec::new();
    };
    let folder = layout.exercises().join(starter.folder());
    let mut problems = Vec::new();
    for (file, original) in starter.files.iter().filter(|(file, _)| grades(file)) {
        let state = match fs::read_to_string(folder.join(file)) {
            Ok(text) if text == *original => continue,
            Ok(text) if text.trim().is_empty() => "is empty",
            Ok(_) => "was changed",
            Err(_) => "is missing",
        };
        let path = format!("exercises/{}/{file}", starter.folder());
        let what = format!("{path} {state}: until it is as it was, nothing counts as solved");
        let remedy = format!("`cargo workshop reset {slug} --keep-src` brings it back");
        problems.push(Problem::new(what, remedy));
    }
    problems
}
