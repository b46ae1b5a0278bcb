//! What the learner has solved: one file, by slug.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::Path,
};

use course::Layout;
use serde::{Deserialize, Serialize};

use crate::{Problem, clock, files};

const SCHEMA: u32 = 1;

/// The learner's progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    schema: u32,
    /// Solved exercises, with the time in seconds since the Unix epoch.
    #[serde(default)]
    solved: BTreeMap<String, u64>,
    /// How many hints were shown.
    #[serde(default)]
    hints: BTreeMap<String, usize>,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            solved: BTreeMap::new(),
            hints: BTreeMap::new(),
        }
    }
}

/// Progress as it was read, and what had to be said about it.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) progress: Progress,
    /// Says that the file could not be understood, and where it is kept.
    pub(crate) note: Option<String>,
}

impl Progress {
    /// Reads the file. One that cannot be understood is put aside under another name, never
    /// overwritten.
    ///
    /// # Errors
    /// When it cannot be read, or not put aside.
    pub(crate) fn load(layout: &Layout) -> Result<Loaded, Problem> {
        let path = layout.progress();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Loaded::default()),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
            Err(error) => return Err(Problem::file("read", &path, &error)),
        };
        let parsed = serde_json::from_str::<Self>(&text).ok();
        match parsed.filter(|progress| progress.schema == SCHEMA) {
            Some(progress) => Ok(Loaded {
                progress,
                note: None,
            }),
            None => put_aside(&path),
        }
    }

    pub(crate) fn is_solved(&self, slug: &str) -> bool {
        self.solved.contains_key(slug)
    }

    pub(crate) fn hints_shown(&self, slug: &str) -> usize {
        self.hints.get(slug).copied().unwrap_or(0)
    }

    pub(crate) fn set_solved(&mut self, slug: &str) {
        let now = clock::since_epoch().as_secs();
        self.solved.entry(slug.to_owned()).or_insert(now);
    }

    pub(crate) fn show_hint(&mut self, slug: &str) {
        *self.hints.entry(slug.to_owned()).or_default() += 1;
    }

    pub(crate) fn forget(&mut self, slug: &str) {
        self.solved.remove(slug);
        self.hints.remove(slug);
    }
}

fn put_aside(path: &Path) -> Result<Loaded, Problem> {
    let aside = path.with_file_name(format!("progress.json.unreadable-{}", clock::stamp()));
    fs::rename(path, &aside).map_err(|error| Problem::file("put aside", path, &error))?;
    let note = format!(
        "{} could not be understood and is kept as {}. You start with nothing solved; \
         `cargo workshop check --all` finds again what you have solved.",
        path.display(),
        aside.display()
    );
    Ok(Loaded {
        progress: Progress::default(),
        note: Some(note),
    })
}

/// Reads, changes and writes the file while no other runner does the same.
///
/// # Errors
/// When it cannot be read or written; it is then as it was.
pub(crate) fn update(
    layout: &Layout,
    change: impl FnOnce(&mut Progress),
) -> Result<Loaded, Problem> {
    let _lock = lock(&layout.state().join("progress.lock"))?;
    let mut loaded = Progress::load(layout)?;
    let before = loaded.progress.clone();
    change(&mut loaded.progress);
    if loaded.progress != before {
        let text = serde_json::to_vec_pretty(&loaded.progress)
            .map_err(|error| Problem::new(error.to_string(), "report this"))?;
        files::write(&layout.progress(), &text)?;
    }
    Ok(loaded)
}

/// Held until the file is dropped, and by the system when a process is killed.
pub(crate) fn lock(path: &Path) -> Result<File, Problem> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    let opened = folder.and_then(|()| File::options().create(true).append(true).open(path));
    let locked = opened.and_then(|file| file.lock().map(|()| file));
    locked.map_err(|error| Problem::file("lock", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path());
        (folder, layout)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let (_folder, layout) = layout();
        assert!(!Progress::load(&layout).unwrap().progress.is_solved("tasks"));
        update(&layout, |progress| progress.set_solved("tasks")).unwrap();
        update(&layout, |progress| progress.show_hint("tasks")).unwrap();
        let progress = Progress::load(&layout).unwrap().progress;
        assert!(progress.is_solved("tasks"));
        assert_eq!(progress.hints_shown("tasks"), 1);
    }

    #[test]
    fn what_cannot_be_understood_is_kept() {
        for broken in ["", "{", "[]", r#"{"schema":99,"solved":{}}"#, "\u{0}"] {
            let (_folder, layout) = layout();
            files::write(&layout.progress(), broken.as_bytes()).unwrap();
            let loaded = update(&layout, |progress| progress.set_solved("tasks")).unwrap();
            assert!(loaded.note.unwrap().contains("is kept as"));
            let mut kept = fs::read_dir(layout.state()).unwrap().flatten();
            let kept = kept
                .find(|entry| entry.file_name().to_string_lossy().contains("unreadable"))
                .unwrap();
            assert_eq!(fs::read(kept.path()).unwrap(), broken.as_bytes());
            assert!(Progress::load(&layout).unwrap().progress.is_solved("tasks"));
        }
    }

    #[test]
    fn two_runners_lose_nothing_of_each_other() {
        let (_folder, layout) = layout();
        std::thread::scope(|scope| {
            for name in ["a", "b", "c", "d"] {
                let layout = &layout;
                scope.spawn(move || update(layout, |progress| progress.set_solved(name)).unwrap());
            }
        });
        let progress = Progress::load(&layout).unwrap().progress;
        assert!(
            ["a", "b", "c", "d"]
                .iter()
                .all(|name| progress.is_solved(name))
        );
    }
}
