//! Notices saves.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
    sync::mpsc::Sender,
    time::Duration,
};

use notify::{
    Config, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, ModifyKind},
};

use super::event::Event;
use crate::{Problem, files};

const POLL: Duration = Duration::from_millis(500);

/// Watches as long as it is kept.
pub(crate) enum Saves {
    /// The system tells.
    #[expect(dead_code, reason = "kept, not read")]
    Told(RecommendedWatcher),
    /// The system has no watch left, or none for this disk: look twice a second.
    #[expect(dead_code, reason = "kept, not read")]
    Polled(PollWatcher),
}

/// Watches the folder, not its files: editors replace a file instead of writing to it.
///
/// # Errors
/// When saves cannot be noticed in either way.
pub(crate) fn watch(folder: &Path, events: Sender<Event>) -> Result<Saves, Problem> {
    let again = events.clone();
    let told = notify::recommended_watcher(handler(events)).and_then(|mut watcher| {
        watcher.watch(folder, RecursiveMode::Recursive)?;
        Ok(Saves::Told(watcher))
    });
    told.or_else(|_| poll(folder, again)).map_err(|error| {
        let what = format!("saves below {} are not noticed: {error}", folder.display());
        Problem::new(
            what,
            "press r, or start `cargo workshop` anew, to run again",
        )
    })
}

fn poll(folder: &Path, events: Sender<Event>) -> notify::Result<Saves> {
    let config = Config::default().with_poll_interval(POLL);
    let mut watcher = PollWatcher::new(handler(events), config)?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    Ok(Saves::Polled(watcher))
}

fn handler(events: Sender<Event>) -> impl FnMut(notify::Result<notify::Event>) {
    move |event| {
        // An error may hide a change: look.
        if event.map_or(true, |event| is_change(&event.kind)) {
            // Nobody listens any more when the runner is on its way out.
            let _ = events.send(Event::Touched);
        }
    }
}

/// Compilers open and read files; that is no change.
fn is_change(kind: &EventKind) -> bool {
    match kind {
        EventKind::Create(_) | EventKind::Remove(_) => true,
        EventKind::Modify(what) => !matches!(what, ModifyKind::Metadata(_)),
        EventKind::Access(how) => *how == AccessKind::Close(AccessMode::Write),
        EventKind::Any | EventKind::Other => true,
    }
}

/// What decides an exercise's verdict, as one number: a file that was saved without a change runs
/// nothing.
pub(crate) fn fingerprint(exercise: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    for path in files::below(exercise).unwrap_or_default() {
        let beside = path.extension().is_some_and(|extension| {
            ["toml", "shape", "json", "proto", "html"]
                .iter()
                .any(|known| extension == *known)
        });
        let known = beside || course::is_source(&path);
        let theirs = path.starts_with("mistakes") || path.starts_with("alternatives");
        if known && !theirs {
            path.hash(&mut hasher);
            fs::read(exercise.join(&path)).ok().hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use notify::event::{CreateKind, DataChange, MetadataKind};

    use super::*;

    #[test]
    fn reading_is_no_change() {
        assert!(!is_change(&EventKind::Access(AccessKind::Open(
            AccessMode::Read
        ))));
        assert!(!is_change(&EventKind::Modify(ModifyKind::Metadata(
            MetadataKind::AccessTime
        ))));
        assert!(is_change(&EventKind::Modify(ModifyKind::Data(
            DataChange::Any
        ))));
        assert!(is_change(&EventKind::Create(CreateKind::File)));
        assert!(is_change(&EventKind::Access(AccessKind::Close(
            AccessMode::Write
        ))));
    }

    #[test]
    fn a_save_is_told_and_changes_the_fingerprint() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("05_tasks/src/lib.rs");
        files::write(&file, b"one").unwrap();
        let before = fingerprint(folder.path());
        let (send, events) = mpsc::channel();
        let _watcher = watch(folder.path(), send).unwrap();
        fs::write(&file, b"two").unwrap();
        let event = events.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(matches!(event, Event::Touched));
        assert_ne!(fingerprint(folder.path()), before);
        fs::write(&file, b"one").unwrap();
        fs::write(folder.path().join(".lib.rs.swp"), b"x").unwrap();
        assert_eq!(fingerprint(folder.path()), before);
    }
}
