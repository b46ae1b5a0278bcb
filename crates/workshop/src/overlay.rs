//! Code in the place of the learner's, without touching it: a small workspace below `.workshop`
//! with a copy of one exercise, which uses what the real one has compiled.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use course::{Exercise, Layout};
use toml::{Table, Value};

use crate::{Problem, files, guard, progress};

/// A copy of an exercise with other code in it. One at a time: the copy lies at one place, so that
/// cargo has to compile nothing but the code that differs.
pub(crate) struct Overlay {
    pub(crate) root: PathBuf,
    _lock: File,
}

/// Lays `with`, a file in the place of `src/lib.rs` or a folder, over a copy of the exercise.
///
/// # Errors
/// When `with` does not exist, or something cannot be read or written.
pub(crate) fn make(layout: &Layout, exercise: &Exercise, with: &Path) -> Result<Overlay, Problem> {
    let missing = |error| {
        let what = format!("--with {}: {error}", with.display());
        Problem::new(
            what,
            "name a file in the place of src/lib.rs, or a folder to lay over",
        )
    };
    let with = fs::canonicalize(with).map_err(missing)?;
    fit_to_be_checked(&with, exercise)?;
    let root = layout.state().join("with");
    let lock = progress::lock(&layout.state().join("with.lock"))?;
    let dir = root.join("exercises").join(exercise.folder());
    clear(&root.join("exercises"))?;
    write_manifest(layout, &root, exercise)?;
    lay_exercise(exercise, &dir)?;
    match with.is_dir() {
        true => files::lay_over(&with, &dir)?,
        false => files::copy(&with, &dir.join("src/lib.rs"))?,
    }
    Ok(Overlay { root, _lock: lock })
}

/// What grades is the exercise's own, and a file that holds no code is no answer.
fn fit_to_be_checked(with: &Path, exercise: &Exercise) -> Result<(), Problem> {
    let refused = |why: &str, remedy: &str| {
        let what = format!("--with {}: {why}", with.display());
        Err(Problem::new(what, remedy))
    };
    if !with.is_dir() {
        return match fs::read_to_string(with) {
            Ok(text) if !text.trim().is_empty() => Ok(()),
            Ok(_) => refused("this file is empty", "name a file with code"),
            Err(error) => refused(
                &error.to_string(),
                "name a file with code that you may read",
            ),
        };
    }
    for file in files::below(with).map_err(|error| Problem::file("read", with, &error))? {
        let name = file.to_string_lossy();
        let same = || fs::read(with.join(&file)).ok() == fs::read(exercise.dir.join(&file)).ok();
        if guard::grades(&name) && !same() {
            let why = format!("it holds another {name}, and that grades the exercise");
            return refused(&why, "take this file out of the folder");
        }
    }
    Ok(())
}

/// A file that an earlier folder brought must not stay.
fn clear(dir: &Path) -> Result<(), Problem> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::file("remove", dir, &error))
        }
        _ => Ok(()),
    }
}

fn lay_exercise(exercise: &Exercise, dir: &Path) -> Result<(), Problem> {
    let found = files::below(&exercise.dir);
    let found = found.map_err(|error| Problem::file("read", &exercise.dir, &error))?;
    let belongs =
        |path: &&PathBuf| !path.starts_with("mistakes") && !path.starts_with("alternatives");
    for file in found.iter().filter(belongs) {
        files::copy(&exercise.dir.join(file), &dir.join(file))?;
    }
    Ok(())
}

fn write_manifest(layout: &Layout, root: &Path, exercise: &Exercise) -> Result<(), Problem> {
    let real = layout.root().join("Cargo.toml");
    let text = fs::read_to_string(&real).map_err(|error| Problem::file("read", &real, &error))?;
    let text = manifest(&text, layout.root(), &exercise.folder())
        .map_err(|why| Problem::new(format!("{}: {why}", real.display()), "repair the manifest"))?;
    files::write(&root.join("Cargo.toml"), text.as_bytes())?;
    let lock = layout.root().join("Cargo.lock");
    match lock.is_file() {
        true => files::copy(&lock, &root.join("Cargo.lock")),
        false => Ok(()),
    }
}

/// The real manifest with one member, and its paths made absolute.
fn manifest(text: &str, root: &Path, folder: &str) -> Result<String, String> {
    let mut table: Table = text.parse().map_err(|error| format!("{error}"))?;
    let workspace = table.get_mut("workspace").and_then(Value::as_table_mut);
    let workspace = workspace.ok_or("there is no [workspace]")?;
    workspace.remove("default-members");
    workspace.remove("exclude");
    let member = Value::String(format!("exercises/{folder}"));
    workspace.insert("members".to_owned(), Value::Array(vec![member]));
    let dependencies = workspace
        .get_mut("dependencies")
        .and_then(Value::as_table_mut);
    for dependency in dependencies.into_iter().flatten() {
        if let Some(Value::String(path)) = dependency.1.get_mut("path") {
            *path = root.join(&*path).display().to_string();
        }
    }
    Ok(table.to_string())
}

#[cfg(test)]
mod tests {
    use super::manifest;

    #[test]
    fn one_member_absolute_paths_and_the_rest_as_it_was() {
        let real = "[workspace]\nmembers = [\"crates/*\"]\ndefault-members = [\"crates/*\"]\n\
                    [workspace.dependencies]\ncourse = { path = \"crates/course\" }\nserde = \"1\"\n\
                    [workspace.lints.rust]\nmissing_docs = \"warn\"\n\
                    [profile.dev]\ndebug = false\n";
        let text = manifest(real, "/a b/ü".as_ref(), "05_tasks").unwrap();
        let table: toml::Table = text.parse().unwrap();
        let workspace = &table["workspace"];
        assert_eq!(workspace["members"][0].as_str(), Some("exercises/05_tasks"));
        assert!(workspace.get("default-members").is_none());
        let path = workspace["dependencies"]["course"]["path"].as_str();
        assert_eq!(path, Some("/a b/ü/crates/course"));
        assert_eq!(workspace["dependencies"]["serde"].as_str(), Some("1"));
        assert_eq!(
            workspace["lints"]["rust"]["missing_docs"].as_str(),
            Some("warn")
        );
        assert_eq!(table["profile"]["dev"]["debug"].as_bool(), Some(false));
    }

    #[test]
    fn a_manifest_without_a_workspace_is_named() {
        assert!(manifest("[package]", "/".as_ref(), "x").is_err());
    }
}
