//! Where things lie below the root of the checkout.

use std::path::{Path, PathBuf};

/// The folders of one checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The checkout at `root`.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The checkout around `start`: the nearest folder upwards with `exercises` and `Cargo.toml`.
    #[must_use]
    pub fn around(start: &Path) -> Option<Self> {
        let is_root =
            |dir: &&Path| dir.join("exercises").is_dir() && dir.join("Cargo.toml").is_file();
        start.ancestors().find(is_root).map(Self::at)
    }

    /// The root of the checkout.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What learners edit.
    #[must_use]
    pub fn exercises(&self) -> PathBuf {
        self.root.join("exercises")
    }

    /// The reference solutions.
    #[must_use]
    pub fn solutions(&self) -> PathBuf {
        self.root.join("solutions")
    }

    /// The sources of the book.
    #[must_use]
    pub fn book(&self) -> PathBuf {
        self.root.join("book")
    }

    /// The learner's state, never committed: progress, runs, saved versions.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.root.join(".workshop")
    }

    /// The file that holds what is solved.
    #[must_use]
    pub fn progress(&self) -> PathBuf {
        self.state().join("progress.json")
    }

    /// The addresses of what is running now, see [`crate::Session`].
    #[must_use]
    pub fn session(&self) -> PathBuf {
        self.state().join("session.json")
    }

    /// The records of an exercise's runs, a folder a run.
    #[must_use]
    pub fn runs(&self, slug: &str) -> PathBuf {
        self.state().join("runs").join(slug)
    }

    /// The records of runs of other code than the learner's own: solutions and `--with`.
    #[must_use]
    pub fn trials(&self, slug: &str) -> PathBuf {
        self.state().join("trials").join(slug)
    }

    /// How cargo compiled an exercise, for the runner's shortcut.
    #[must_use]
    pub fn compiles(&self, slug: &str) -> PathBuf {
        self.state().join("compiles").join(slug)
    }

    /// The learner's versions that `reset` put aside.
    #[must_use]
    pub fn saved(&self, slug: &str) -> PathBuf {
        self.state().join("saved").join(slug)
    }
}
