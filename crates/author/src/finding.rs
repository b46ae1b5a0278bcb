//! What breaks a rule.

use std::{fmt, path::PathBuf};

/// A place that breaks a rule, and how to repair it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, from the root of the checkout.
    pub path: PathBuf,
    /// The line, from 1; 0 where it is about the whole file.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub repair: String,
}

impl Finding {
    /// A finding about a whole file or folder.
    pub fn in_file(
        path: impl Into<PathBuf>,
        what: impl Into<String>,
        repair: impl Into<String>,
    ) -> Self {
        Self::at(path, 0, what, repair)
    }

    /// A finding about a line.
    pub fn at(
        path: impl Into<PathBuf>,
        line: usize,
        what: impl Into<String>,
        repair: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            line,
            what: what.into(),
            repair: repair.into(),
        }
    }
}

/// What became of a claim that is tried by running it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// What breaks it; nothing where it holds.
    Found(Vec<Finding>),
    /// Nobody can tell here: a component is missing, with the command that installs it.
    Skipped(String),
}

impl Tried {
    /// The findings, where whoever asks has said already what was skipped.
    #[must_use]
    pub fn findings(self) -> Vec<Finding> {
        match self {
            Self::Found(findings) => findings,
            Self::Skipped(_) => Vec::new(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if self.line > 0 {
            write!(f, "{}:", self.line)?;
        }
        write!(f, " {}\n    repair: {}", self.what, self.repair)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_where_what_and_how_to_repair_it() {
        let finding = Finding::at("a/b.rs", 7, "too long", "split it");
        assert_eq!(
            finding.to_string(),
            "a/b.rs:7: too long\n    repair: split it"
        );
        let whole = Finding::in_file("a", "missing", "add it");
        assert_eq!(whole.to_string(), "a: missing\n    repair: add it");
    }
}
