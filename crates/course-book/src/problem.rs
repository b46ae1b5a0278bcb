//! What is wrong with the book, where, and what to do.

use std::{fmt, path::PathBuf};

/// One thing to repair before a reader meets it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, below the root of the checkout.
    pub file: PathBuf,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// How to repair it.
    pub repair: String,
}

impl Problem {
    pub(crate) fn new(
        file: impl Into<PathBuf>,
        line: usize,
        what: impl Into<String>,
        repair: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            line,
            what: what.into(),
            repair: repair.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}; {}", self.file.display(), self.what, self.repair),
            line => write!(
                f,
                "{}:{line}: {}; {}",
                self.file.display(),
                self.what,
                self.repair
            ),
        }
    }
}
