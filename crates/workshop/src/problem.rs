//! Why a command could not do its job.

use std::{fmt, io, path::Path};

/// What is in the way, and what the learner can do about it. The command ends with code 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, and where.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Problem {
    /// A problem and its remedy.
    #[must_use]
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// A file or folder that could not be read or written.
    pub(crate) fn file(doing: &str, path: &Path, error: &io::Error) -> Self {
        let remedy = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "the disk is full: free some space (`cargo clean` removes what was compiled), \
                 then try again"
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "you may not write there: make the folder yours \
                 (`ls -ld` shows whose it is), or clone the course where you may write"
            }
            io::ErrorKind::NotFound => {
                "the file is gone: `cargo workshop reset EXERCISE` brings an exercise's back, \
                 `git restore PATH` anything else"
            }
            _ => "`cargo workshop doctor` looks at disk and permissions",
        };
        Self::new(
            format!("cannot {doing} {}: {error}", path.display()),
            remedy,
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nTo do: {}", self.what, self.remedy)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_a_missing_permission() {
        let told = |kind: io::ErrorKind| {
            Problem::file("write", Path::new("x"), &io::Error::from(kind)).remedy
        };
        assert!(told(io::ErrorKind::StorageFull).contains("disk is full"));
        assert!(told(io::ErrorKind::PermissionDenied).contains("may not write"));
        assert!(told(io::ErrorKind::NotFound).contains("reset"));
    }
}
