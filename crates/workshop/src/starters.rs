//! Exercises as they were before anybody edited them, so that `reset` can bring one back and a
//! changed test cannot pass for a solved exercise.
//!
//! `cargo author regen` writes them to `starters.json` with [`collect`] and [`to_text`].

use std::{collections::BTreeMap, fs, path::Path};

use course::Layout;
use serde::{Deserialize, Serialize};

use crate::{Problem, files, names::Named};

/// Where the file lies, below the root of the checkout.
pub const PATH: &str = "crates/workshop/starters.json";
/// The file as it was when this program was compiled.
const EMBEDDED: &str = include_str!("../starters.json");
/// What belongs to authors and never to a starter.
const NOT_STARTER: [&str; 2] = ["mistakes", "alternatives"];

/// One exercise, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starter {
    /// Two digits.
    pub number: String,
    /// Its stable name, with dashes.
    pub slug: String,
    /// The text of its files, by their path below its folder, with slashes.
    pub files: BTreeMap<String, String>,
}

impl Starter {
    /// The name of its folder: `05_tasks`.
    #[must_use]
    pub fn folder(&self) -> String {
        format!("{}_{}", self.number, self.slug.replace('-', "_"))
    }
}

impl Named for Starter {
    fn number(&self) -> &str {
        &self.number
    }

    fn slug(&self) -> &str {
        &self.slug
    }
}

/// All starters, by number.
///
/// # Errors
/// When an exercise's folder holds a file that cannot be read as text.
pub fn collect(root: &Path) -> Result<Vec<Starter>, Problem> {
    let exercises = Layout::at(root).exercises();
    let unreadable = |error| Problem::file("read", &exercises, &error);
    let mut starters = Vec::new();
    for entry in fs::read_dir(&exercises).map_err(unreadable)? {
        let dir = entry.map_err(unreadable)?.path();
        let name = dir.file_name().unwrap_or_default().to_string_lossy();
        let named = name.split_once('_').filter(|_| dir.is_dir());
        if let Some((number, slug)) = named {
            starters.push(Starter {
                number: number.to_owned(),
                slug: slug.replace('_', "-"),
                files: texts(&dir)?,
            });
        }
    }
    starters.sort_by(|a, b| a.number.cmp(&b.number));
    Ok(starters)
}

fn texts(dir: &Path) -> Result<BTreeMap<String, String>, Problem> {
    let found = files::below(dir).map_err(|error| Problem::file("read", dir, &error))?;
    let is_starter = |path: &&std::path::PathBuf| {
        let first = path.components().next();
        let hidden = path.to_string_lossy().starts_with('.');
        !hidden
            && !NOT_STARTER
                .iter()
                .any(|not| first.is_some_and(|first| first.as_os_str() == *not))
    };
    let text = |path: &std::path::PathBuf| {
        let full = dir.join(path);
        let text =
            fs::read_to_string(&full).map_err(|error| Problem::file("read", &full, &error))?;
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        Ok((parts.join("/"), text))
    };
    found.iter().filter(is_starter).map(text).collect()
}

/// The content of `starters.json`.
///
/// # Errors
/// Never for starters from [`collect`].
pub fn to_text(starters: &[Starter]) -> Result<String, Problem> {
    let text = serde_json::to_string_pretty(starters);
    let text = text.map_err(|error| Problem::new(error.to_string(), "report this"))?;
    Ok(text + "\n")
}

/// The starters of a checkout: its own file, or, where that is gone or broken, the one that was
/// compiled in. No edit of an exercise changes either.
#[must_use]
pub fn of(layout: &Layout) -> Vec<Starter> {
    let text = fs::read_to_string(layout.root().join(PATH));
    let own = text.ok().and_then(|text| serde_json::from_str(&text).ok());
    own.unwrap_or_else(|| serde_json::from_str(EMBEDDED).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_readable() {
        let starters: Vec<Starter> = serde_json::from_str(EMBEDDED).unwrap();
        assert!(starters.iter().any(|starter| starter.slug == "tasks"));
    }

    #[test]
    fn collected_starters_hold_no_answers_and_survive_a_round_trip() {
        let root = tempfile::tempdir().unwrap();
        for file in [
            "src/lib.rs",
            "tests/verify.rs",
            "mistakes/a.rs",
            "alternatives/b.rs",
            ".x",
        ] {
            let path = root.path().join("exercises/05_two_words").join(file);
            files::write(&path, b"// text\n").unwrap();
        }
        let starters = collect(root.path()).unwrap();
        assert_eq!(starters[0].slug, "two-words");
        assert_eq!(starters[0].folder(), "05_two_words");
        let paths: Vec<_> = starters[0].files.keys().collect();
        assert_eq!(paths, ["src/lib.rs", "tests/verify.rs"]);

        let text = to_text(&starters).unwrap();
        files::write(&root.path().join(PATH), text.as_bytes()).unwrap();
        assert_eq!(of(&Layout::at(root.path())), starters);
    }

    #[test]
    fn a_broken_file_is_replaced_by_what_was_compiled_in() {
        let root = tempfile::tempdir().unwrap();
        files::write(&root.path().join(PATH), b"{").unwrap();
        assert!(
            of(&Layout::at(root.path()))
                .iter()
                .any(|starter| starter.slug == "tasks")
        );
    }
}
