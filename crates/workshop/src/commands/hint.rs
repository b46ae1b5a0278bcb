//! `cargo workshop hint`.

use std::io::{self, IsTerminal};

use course::Exercise;
use trace_view::{Style, text};

use crate::{
    Problem,
    cli::{End, print},
    progress,
    room::Room,
    watch::screen,
};

/// All hints so far, and one more.
pub(crate) fn hint(room: &Room, typed: &str) -> Result<End, Problem> {
    let exercise = room.pick(typed)?;
    let style = screen::style(io::stdout().is_terminal());
    let (mut page, shown) = one_more(room, exercise)?;
    for number in 1..=shown {
        page.push_str(&rung(exercise, number, &style));
    }
    let more = format!("One more: cargo workshop hint {}", exercise.slug);
    page.push_str(&what_next(exercise, shown, &more));
    print(&page);
    Ok(End::Passed)
}

/// The next hint alone; when there is none, the last.
pub(crate) fn next(room: &Room, exercise: &Exercise, style: &Style) -> Result<String, Problem> {
    let (mut page, shown) = one_more(room, exercise)?;
    page.push_str(&rung(exercise, shown, style));
    page.push_str(&what_next(exercise, shown, "One more: press h"));
    Ok(page)
}

/// Counts one more as shown: what is to be said about progress, and how many are shown now.
fn one_more(room: &Room, exercise: &Exercise) -> Result<(String, usize), Problem> {
    let count = exercise.settings.hints.len();
    let loaded = progress::update(&room.layout, |progress| {
        if progress.hints_shown(&exercise.slug) < count {
            progress.show_hint(&exercise.slug);
        }
    })?;
    let shown = loaded.progress.hints_shown(&exercise.slug).min(count);
    let note = loaded.note.map(|note| format!("{note}\n"));
    Ok((note.unwrap_or_default(), shown))
}

/// The hint of this number, from 1.
fn rung(exercise: &Exercise, number: usize, style: &Style) -> String {
    let hints = &exercise.settings.hints;
    let Some(hint) = number.checked_sub(1).and_then(|index| hints.get(index)) else {
        return "   This exercise has no hints.\n".to_owned();
    };
    let label = format!("Hint {number}/{}", hints.len());
    let docs = hint.docs.as_ref();
    let docs = docs.map_or(String::new(), |docs| text::detail("", docs, style));
    text::detail(&label, hint.text(), style) + &docs
}

fn what_next(exercise: &Exercise, shown: usize, more: &str) -> String {
    if shown < exercise.settings.hints.len() {
        return format!("   {more}\n");
    }
    let slug = &exercise.slug;
    format!("   That was the last. The solution: cargo workshop solution {slug}\n")
}
