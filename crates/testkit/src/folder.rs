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

/// How often it is tried to remove the files of a test that is gone: each process begins one or two.
const REMOVALS: usize = 100;

/// The folder, which is removed in the end.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A name that nobody guesses, below the folder for temporary files.
    pub(crate) fn named() -> Self {
        let random = RandomState::new().build_hasher().finish();
        let name = format!("workshop-{}-{random:016x}", std::process::id());
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
