//! `cargo workshop reset`.

use std::path::PathBuf;

use crate::{
    Problem,
    cli::{End, print},
    clock, files, names, progress,
    room::Room,
    starters::{self, Starter},
};

/// Saves the learner's version, then writes the starter. With `keep_src` the learner's code stays.
pub(crate) fn reset(room: &Room, typed: &str, keep_src: bool) -> Result<End, Problem> {
    let starters = starters::of(&room.layout);
    let starter = names::pick(&starters, typed)?;
    let saved = save(room, starter)?;
    let dir = room.layout.exercises().join(starter.folder());
    let wanted = |path: &str| !(keep_src && path.starts_with("src/"));
    for (path, text) in starter.files.iter().filter(|(path, _)| wanted(path)) {
        files::write(&dir.join(path), text.as_bytes())?;
    }
    if !keep_src {
        progress::update(&room.layout, |progress| progress.forget(&starter.slug))?;
    }
    let kept = match saved {
        Some(path) => format!("Your version is kept in {}\n", path.display()),
        None => "There was nothing of yours to keep.\n".to_owned(),
    };
    print(&format!(
        "exercises/{} is as it was at the start.\n{kept}",
        starter.folder()
    ));
    Ok(End::Passed)
}

/// Copies what is there before anything is written.
fn save(room: &Room, starter: &Starter) -> Result<Option<PathBuf>, Problem> {
    let dir = room.layout.exercises().join(starter.folder());
    let found = files::below(&dir).map_err(|error| Problem::file("read", &dir, &error))?;
    let own = |path: &&PathBuf| !path.starts_with("mistakes") && !path.starts_with("alternatives");
    let own: Vec<&PathBuf> = found.iter().filter(own).collect();
    if own.is_empty() {
        return Ok(None);
    }
    let saved = room.layout.saved(&starter.slug).join(clock::stamp());
    for file in own {
        files::copy(&dir.join(file), &saved.join(file))?;
    }
    Ok(Some(saved))
}
