//! `cargo workshop list`.

use trace_view::clean;

use crate::{
    Problem,
    cli::{End, print},
    progress::Progress,
    report::text,
    room::Room,
};

/// All exercises, with those that are solved.
pub(crate) fn list(room: &Room) -> Result<End, Problem> {
    print(&listing(room, None)?);
    Ok(End::Passed)
}

/// The list, with `>` before the exercise that is being worked on.
pub(crate) fn listing(room: &Room, at: Option<&str>) -> Result<String, Problem> {
    let loaded = Progress::load(&room.layout)?;
    let mut page = loaded
        .note
        .map_or(String::new(), |note| format!("{note}\n\n"));
    let solved = |slug: &str| loaded.progress.is_solved(slug);
    let current = at.or_else(|| {
        let first = room
            .exercises
            .iter()
            .find(|exercise| !solved(&exercise.slug));
        first.map(|exercise| exercise.slug.as_str())
    });
    let mut part = 0;
    for exercise in &room.exercises {
        if exercise.settings.part != part {
            part = exercise.settings.part;
            page.push_str(&format!("Part {part}\n"));
        }
        let here = if current == Some(&exercise.slug) {
            '>'
        } else {
            ' '
        };
        let (sign, word) = match solved(&exercise.slug) {
            true => ('✓', "solved"),
            false => ('·', ""),
        };
        let line = format!(
            "{here} {sign} {} {:<20} {:>3} min  {:<44} {word}",
            exercise.number,
            exercise.slug,
            exercise.settings.minutes,
            clean(&exercise.settings.title),
        );
        page.push_str(&format!("{}\n", line.trim_end()));
    }
    let done = room
        .exercises
        .iter()
        .filter(|exercise| solved(&exercise.slug))
        .count();
    page.push_str(&format!("{done} of {} solved\n", room.exercises.len()));
    for broken in &room.broken {
        page.push_str(&text::problem(&broken.problem));
    }
    Ok(page)
}
