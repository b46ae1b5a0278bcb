//! Which changes on disk are changes of the book.

use std::{
    path::Path,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::Duration,
};

use anyhow::{Context as _, Result};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// An editor saves in several steps: this long a silence ends one save.
const QUIET: Duration = Duration::from_millis(60);

/// Changes that concern the book, as long as the value lives.
pub(super) struct Changes {
    events: Receiver<()>,
    _watcher: RecommendedWatcher,
}

/// Watches chapters, exercises and solutions. Folders, not files: editors replace files.
pub(super) fn watch(root: &Path) -> Result<Changes> {
    let (found, events) = mpsc::channel();
    let base = root.to_owned();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let Ok(event) = event else { return };
        let written = matches!(
            event.kind,
            EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)
        );
        if written
            && event
                .paths
                .iter()
                .any(|path| concerns_the_book(&base, path))
        {
            // The reader is gone only when the server ends.
            let _ = found.send(());
        }
    })
    .context("cannot watch for changes")?;
    for folder in ["book", "exercises", "solutions"] {
        let path = root.join(folder);
        if path.is_dir() {
            watcher
                .watch(&path, RecursiveMode::Recursive)
                .context("cannot watch for changes")?;
        }
    }
    Ok(Changes {
        events,
        _watcher: watcher,
    })
}

/// Waits for the next change and for the silence after it; false when there will be none.
pub(super) fn next_change(changes: &Changes) -> bool {
    if changes.events.recv().is_err() {
        return false;
    }
    loop {
        match changes.events.recv_timeout(QUIET) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}

fn concerns_the_book(root: &Path, path: &Path) -> bool {
    let Ok(below) = path.strip_prefix(root) else {
        return false;
    };
    let parts: Vec<String> = below
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match parts.as_slice() {
        // The output of a plain `mdbook build`, and what every build puts beside the theme.
        ["book", "book", ..] | ["book", "theme", "trace-view.css" | "trace-view.js"] => false,
        ["book", ..] => true,
        [_, _, "exercise.toml" | "expected.shape"] | [_, _, "src" | "tests", ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_count_and_output_does_not() {
        let counts = |path| concerns_the_book(Path::new("/c"), &Path::new("/c").join(path));
        for path in [
            "book/src/README.md",
            "book/generated/tasks/failing.json",
            "exercises/05_tasks/exercise.toml",
            "exercises/05_tasks/src/lib.rs",
            "solutions/05_tasks/src/lib.rs",
        ] {
            assert!(counts(path), "{path}");
        }
        for path in [
            "book/book/index.html",
            "book/theme/trace-view.css",
            "exercises/05_tasks",
            "target/x",
        ] {
            assert!(!counts(path), "{path}");
        }
    }
}
