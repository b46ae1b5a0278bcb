//! Where the processes of one test put their files.
//!
//! The test gives it a name, and its processes make it: a test that is killed at any moment has made
//! nothing that nobody removes.

use std::{
    collections::hash_map::RandomState,
    env, fs,
    hash::{BuildHasher, Hasher},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use rustix::{
    io::Errno,
    process::{Pid, test_kill_process},
};

/// How often it is tried to remove the files of a test that is gone: each process begins one or two.
const REMOVALS: usize = 100;

const PREFIX: &str = "workshop-";

/// The folder, which is removed in the end.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A name that nobody guesses, below the folder for temporary files.
    pub(crate) fn named() -> Self {
        tidy(&env::temp_dir());
        let random = RandomState::new().build_hasher().finish();
        let name = format!("{PREFIX}{}-{random:016x}", std::process::id());
        Self(env::temp_dir().join(name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // No process may have come as far as to make it.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes what a test left that was killed when all its processes had ended, and not yet its files.
fn tidy(temporary: &Path) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name
            .strip_prefix(PREFIX)
            .and_then(|name| name.split_once('-'));
        let owner = owner.and_then(|(owner, _)| Pid::from_raw(owner.parse().ok()?));
        if owner.is_some_and(|owner| test_kill_process(owner) == Err(Errno::SRCH)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Makes it, for this process and those beside it.
///
/// # Errors
/// When nothing can be written there.
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    let made = fs::DirBuilder::new().mode(0o700).create(folder);
    made.or_else(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Ok(()),
        _ => Err(error),
    })
}

/// Removes it for a test that is gone, while others, in here and beside, may still begin a file.
pub(crate) fn give_back(folder: &Path) {
    for _ in 0..REMOVALS {
        if fs::remove_dir_all(folder).is_ok() || !folder.exists() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_owns_any_more_is_removed() {
        let temporary = tempfile::tempdir().expect("a folder");
        let of = |owner: u32| {
            let folder = temporary.path().join(format!("{PREFIX}{owner}-0"));
            fs::create_dir(&folder).expect("a folder in it");
            folder
        };
        // No process has the greatest number there is.
        let (left, ours) = (of(i32::MAX as u32), of(std::process::id()));
        tidy(temporary.path());
        assert!(!left.exists());
        assert!(ours.exists());
    }

    #[test]
    fn it_is_there_once_it_is_made_and_gone_when_it_is_dropped() {
        let folder = Folder::named();
        let path = folder.path().to_owned();
        assert!(!path.exists());
        make(&path).expect("a folder");
        make(&path).expect("the same, for another process");
        fs::write(path.join("0.jsonl"), "").expect("a file");
        drop(folder);
        assert!(!path.exists());
        give_back(&path);
    }
}
