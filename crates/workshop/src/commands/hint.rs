//! `cargo workshop hint`.

use course::{Exercise, Hint};
use trace_view::clean;

use crate::{
    Problem,
    cli::{End, print},
    progress,
    room::Room,
};

/// One hint more.
pub(crate) fn hint(room: &Room, typed: &str) -> Result<End, Problem> {
    let exercise = room.pick(typed)?;
    print(&next(room, exercise)?);
    Ok(End::Passed)
}

/// The hints up to the next rung, which counts as shown from now on.
pub(crate) fn next(room: &Room, exercise: &Exercise) -> Result<String, Problem> {
    let count = exercise.settings.hints.len();
    let loaded = progress::update(&room.layout, |progress| {
        if progress.hints_shown(&exercise.slug) < count {
            progress.show_hint(&exercise.slug);
        }
    })?;
    let shown = loaded.progress.hints_shown(&exercise.slug).min(count);
    let mut page = loaded
        .note
        .map_or(String::new(), |note| format!("{note}\n"));
    for (index, hint) in exercise.settings.hints[..shown].iter().enumerate() {
        page.push_str(&rung(index + 1, count, hint));
    }
    page.push_str(&match shown < count {
        true => format!("   One more: cargo workshop hint {}\n", exercise.slug),
        false => format!(
            "   That was the last. The solution: cargo workshop solution {}\n",
            exercise.slug
        ),
    });
    Ok(page)
}

fn rung(number: usize, count: usize, hint: &Hint) -> String {
    let docs = hint
        .docs
        .as_ref()
        .map_or(String::new(), |docs| format!("      {}\n", clean(docs)));
    format!(
        "   Hint {number} of {count}: {}\n{docs}",
        clean(hint.text())
    )
}
