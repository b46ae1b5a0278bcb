//! Files that are written whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::Problem;

/// Writes `content` beside `path` and renames it into place. What was there stays until then.
///
/// # Errors
/// When the folder cannot be written, or the disk is full.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), Problem> {
    let written = try_write(path, content);
    written.map_err(|error| Problem::file("write", path, &error))
}

fn try_write(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    let mut file = File::create(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(draft, path)
}

/// Every file below `folder`, as paths relative to it, sorted. Nothing where there is no folder.
///
/// # Errors
/// When a folder below cannot be read.
pub(crate) fn below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut left = vec![PathBuf::new()];
    while let Some(inner) = left.pop() {
        let entries = match fs::read_dir(folder.join(&inner)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let path = inner.join(entry.file_name());
            match folder.join(&path).is_dir() {
                true => left.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Copies everything below `from` over what is below `to`.
///
/// # Errors
/// When something cannot be read or written.
pub(crate) fn lay_over(from: &Path, to: &Path) -> Result<(), Problem> {
    let files = below(from).map_err(|error| Problem::file("read", from, &error))?;
    for file in files {
        copy(&from.join(&file), &to.join(&file))?;
    }
    Ok(())
}

/// Copies one file, with its folder where that is missing.
///
/// # Errors
/// When the one cannot be read or the other not written.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Problem> {
    let content = fs::read(from).map_err(|error| Problem::file("read", from, &error))?;
    let folder = to.parent().map_or(Ok(()), fs::create_dir_all);
    let written = folder.and_then(|()| fs::write(to, content));
    written.map_err(|error| Problem::file("write", to, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_fails_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("progress.json");
        write(&path, b"first").unwrap();
        // A draft that is a folder fails for every user, root as well.
        fs::create_dir(folder.path().join("progress.json.new")).unwrap();
        let problem = write(&path, b"second").unwrap_err();
        assert!(problem.what.contains("progress.json"), "{problem}");
        assert_eq!(fs::read(&path).unwrap(), b"first");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("progress.json");
        write(&path, b"first").unwrap();
        // Every write to /dev/full fails with ENOSPC.
        std::os::unix::fs::symlink("/dev/full", folder.path().join("progress.json.new")).unwrap();
        let problem = write(&path, b"second").unwrap_err();
        assert!(problem.remedy.contains("disk is full"), "{problem}");
        assert_eq!(fs::read(&path).unwrap(), b"first");
    }

    #[test]
    fn files_below_are_found_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b", "a/z", "a/b/c"] {
            write(&folder.path().join(name), b"").unwrap();
        }
        let found = below(folder.path()).unwrap();
        assert_eq!(found, ["a/b/c", "a/z", "b"].map(PathBuf::from));
        assert!(below(&folder.path().join("absent")).unwrap().is_empty());
    }
}
