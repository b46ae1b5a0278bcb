//! The course as the rules read it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use course::{CourseError, Exercise, Layout};
use trace_shape::Code;
use walkdir::{DirEntry, WalkDir};
use workshop::starters;

use crate::Finding;

/// Folders that hold nothing of the course's own.
const NOT_OURS: &[&str] = &["target", "node_modules", "book/book", "book/generated"];

/// The checkout that is audited.
#[derive(Clone, Debug)]
pub struct Input {
    /// Where things lie.
    pub layout: Layout,
    /// All exercises, by number.
    pub exercises: Vec<Exercise>,
    /// Files that are read as something else than what lies there.
    instead: BTreeMap<PathBuf, String>,
}

impl Input {
    /// Reads the course below `root`.
    ///
    /// # Errors
    /// When an exercise's folder or its `exercise.toml` is not what it should be.
    pub fn load(root: &Path) -> Result<Self, CourseError> {
        let layout = Layout::at(root);
        let exercises = course::load_all(&layout.exercises())?;
        Ok(Self {
            layout,
            exercises,
            instead: BTreeMap::new(),
        })
    }

    /// Reads the exercises as they were before a learner edited them: what a learner writes breaks
    /// no rule of the course.
    #[must_use]
    pub fn with_starters(mut self) -> Self {
        for starter in starters::of(&self.layout) {
            let folder = self.layout.exercises().join(starter.folder());
            let files = starter.files.into_iter();
            let at_home = files.map(|(path, text)| (folder.join(path), text));
            self.instead.extend(at_home);
        }
        self
    }

    /// Keeps only the exercises of these slugs; all of them without any.
    ///
    /// # Errors
    /// When there is no such exercise.
    pub fn only(&mut self, slugs: &[String]) -> io::Result<()> {
        for slug in slugs {
            if !self.exercises.iter().any(|exercise| exercise.slug == *slug) {
                return Err(io::Error::other(format!("there is no exercise `{slug}`")));
            }
        }
        if !slugs.is_empty() {
            self.exercises
                .retain(|exercise| slugs.contains(&exercise.slug));
        }
        Ok(())
    }

    /// A path from the root of the checkout, as findings show it.
    #[must_use]
    pub fn relative(&self, path: &Path) -> PathBuf {
        path.strip_prefix(self.layout.root())
            .unwrap_or(path)
            .to_owned()
    }

    /// The folder of an exercise's solution.
    #[must_use]
    pub fn solution(&self, exercise: &Exercise) -> PathBuf {
        self.layout.solutions().join(exercise.folder())
    }

    /// The text of a file, or the finding that it cannot be read.
    ///
    /// # Errors
    /// The finding.
    pub fn read(&self, path: &Path) -> Result<String, Finding> {
        if let Some(text) = self.instead.get(path) {
            return Ok(text.clone());
        }
        fs::read_to_string(path).map_err(|error| {
            let repair = "add the file, or make it readable UTF-8";
            Finding::in_file(
                self.relative(path),
                format!("cannot be read: {error}"),
                repair,
            )
        })
    }

    /// Whether there is such a file.
    #[must_use]
    pub fn has(&self, path: &Path) -> bool {
        self.instead.contains_key(path) || path.is_file()
    }

    /// Every file of the checkout's own whose name ends in one of `endings`, in a stable order.
    #[must_use]
    pub fn files(&self, endings: &[&str]) -> Vec<PathBuf> {
        self.files_below(self.layout.root(), endings)
    }

    /// The same below one folder; none where there is no such folder.
    #[must_use]
    pub fn files_below(&self, folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
        let root = self.layout.root();
        let ours = |entry: &DirEntry| entry.depth() == 0 || is_ours(root, entry);
        WalkDir::new(folder)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(ours)
            .filter_map(Result::ok)
            .map(DirEntry::into_path)
            .filter(|path| path.is_file() && ends_in(path, endings))
            .collect()
    }
}

fn is_ours(root: &Path, entry: &DirEntry) -> bool {
    let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
    let hidden = entry.file_name().to_string_lossy().starts_with('.');
    !hidden && !NOT_OURS.iter().any(|folder| below.ends_with(folder))
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    endings.iter().any(|ending| name.ends_with(ending))
}

/// One answer beside the reference: a mistake, or an alternative.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The name of its file without the ending, or of its folder.
    pub name: String,
    /// A file in the place of `src/lib.rs`, or a folder laid over the exercise.
    pub path: PathBuf,
    /// The file that holds its header, and the header's lines.
    pub header: Option<(PathBuf, Vec<String>)>,
}

impl Variant {
    /// The variants in one folder of an exercise (`mistakes`, `alternatives`), by name.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn all_in(folder: &Path) -> io::Result<Vec<Self>> {
        let mut paths: Vec<_> = fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<_>>()?;
        paths.sort();
        Ok(paths.into_iter().map(Self::read).collect())
    }

    fn read(path: PathBuf) -> Self {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Self {
            name: name.into_owned(),
            header: header_of(&path),
            path,
        }
    }

    /// The value of a line `//! key: value` of the header.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&str> {
        let (_, lines) = self.header.as_ref()?;
        let value = lines
            .iter()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        Some(value.trim())
    }

    /// The code that the header names.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.field("code")?.parse().ok()
    }
}

/// The first file, at `path` or below it, that begins with a header.
fn header_of(path: &Path) -> Option<(PathBuf, Vec<String>)> {
    WalkDir::new(path)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .find_map(|entry| {
            let text = fs::read_to_string(entry.path()).ok()?;
            let lines: Vec<_> = text.lines().map_while(header_line).collect();
            (!lines.is_empty()).then(|| (entry.into_path(), lines))
        })
}

fn header_line(line: &str) -> Option<String> {
    let text = line
        .strip_prefix("//!")
        .or_else(|| line.strip_prefix("# "))?;
    Some(text.trim().to_owned())
}
