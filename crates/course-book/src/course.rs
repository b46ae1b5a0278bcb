//! What chapters are made of: exercises, generated runs, carriers.

use std::{
    fs,
    path::{Path, PathBuf},
};

use course::{Exercise, Layout, load_dir};

use crate::Problem;

/// The course as the book sees it.
#[derive(Clone, Debug)]
pub struct Course {
    layout: Layout,
    exercises: Vec<Exercise>,
    broken: Vec<Problem>,
}

impl Course {
    /// Reads the exercises below the root of a checkout. One that cannot be read does not cost
    /// the rest of the book: it becomes one of [`Course::broken`].
    #[must_use]
    pub fn load(root: &Path) -> Self {
        let layout = Layout::at(root);
        let mut course = Self {
            layout,
            exercises: Vec::new(),
            broken: Vec::new(),
        };
        let entries = fs::read_dir(course.layout.exercises())
            .into_iter()
            .flatten()
            .flatten();
        let mut dirs: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        dirs.retain(|dir| dir.is_dir());
        dirs.sort();
        for dir in dirs {
            match load_dir(&dir) {
                Ok(exercise) => course.exercises.push(exercise),
                Err(error) => {
                    let file = course.below_root(&dir.join("exercise.toml"));
                    let repair = "repair the file, or bring it back with `git restore`";
                    course
                        .broken
                        .push(Problem::new(file, 0, error.to_string(), repair));
                }
            }
        }
        course
    }

    /// Exercises that could not be read.
    #[must_use]
    pub fn broken(&self) -> &[Problem] {
        &self.broken
    }

    /// Where things lie.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn exercises(&self) -> &[Exercise] {
        &self.exercises
    }

    /// The exercise of this slug, folder or number.
    pub(crate) fn exercise(&self, name: &str) -> Option<&Exercise> {
        let named = |exercise: &&Exercise| {
            name == exercise.slug || name == exercise.number || name == exercise.folder()
        };
        self.exercises.iter().find(named)
    }

    /// What `cargo author regen` wrote for an exercise.
    pub(crate) fn generated(&self, exercise: &Exercise, file: &str) -> PathBuf {
        self.layout
            .book()
            .join("generated")
            .join(&exercise.slug)
            .join(file)
    }

    pub(crate) fn carrier(&self, name: &str) -> PathBuf {
        self.layout
            .book()
            .join("carriers")
            .join(format!("{name}.toml"))
    }

    /// The names of the carriers that can be drawn.
    pub(crate) fn carriers(&self) -> Vec<String> {
        let entries = fs::read_dir(self.layout.book().join("carriers"))
            .into_iter()
            .flatten();
        let stem = |path: PathBuf| {
            path.file_stem()
                .map(|name| name.to_string_lossy().into_owned())
        };
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| stem(entry.path()))
            .collect();
        names.sort();
        names
    }

    /// A path as problems name it.
    pub(crate) fn below_root(&self, path: &Path) -> PathBuf {
        path.strip_prefix(self.layout.root())
            .unwrap_or(path)
            .to_owned()
    }
}
