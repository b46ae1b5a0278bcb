//! What every command stands on: the checkout, its exercises, the learner's state.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use course::{Exercise, Layout, Session};
use trace_view::Links;

use crate::{Problem, names, names::Named, process, starters};

impl Named for Exercise {
    fn number(&self) -> &str {
        &self.number
    }

    fn slug(&self) -> &str {
        &self.slug
    }
}

/// The course as it lies on disk.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    pub(crate) layout: Layout,
    /// By number.
    pub(crate) exercises: Vec<Exercise>,
    /// What could not be read. It does not cost the other exercises.
    pub(crate) broken: Vec<Broken>,
}

/// An exercise that is not whole.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) slug: String,
    pub(crate) problem: Problem,
}

impl Room {
    /// The course around the current folder, or around this program's own package.
    ///
    /// # Errors
    /// When there is no checkout, or its exercises cannot be listed.
    pub(crate) fn open() -> Result<Self, Problem> {
        let here = env::current_dir().ok();
        // Set by `cargo run`.
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let around = |dir: PathBuf| Layout::around(&dir);
        let layout = here.and_then(around).or_else(|| package.and_then(around));
        let layout = layout.ok_or_else(|| {
            let what = "this is not inside a checkout of the course: no folder upwards holds \
                        `exercises` and `Cargo.toml`";
            Problem::new(what, "change into the folder that you cloned")
        })?;
        Self::at(layout)
    }

    /// The course of one checkout.
    ///
    /// # Errors
    /// When its exercises cannot be listed.
    pub(crate) fn at(layout: Layout) -> Result<Self, Problem> {
        let folder = layout.exercises();
        let entries = fs::read_dir(&folder);
        let entries = entries.map_err(|error| Problem::file("read", &folder, &error))?;
        let mut dirs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        dirs.retain(|dir| dir.is_dir() && !is_hidden(dir));
        dirs.sort();
        let mut room = Self {
            layout,
            exercises: Vec::new(),
            broken: Vec::new(),
        };
        for dir in dirs {
            room.admit(&dir);
        }
        room.miss();
        Ok(room)
    }

    fn admit(&mut self, dir: &Path) {
        match course::load_dir(dir) {
            Ok(exercise) => self.exercises.push(exercise),
            Err(error) => {
                let name = dir.file_name().unwrap_or_default().to_string_lossy();
                let slug = name
                    .split_once('_')
                    .map_or(&*name, |(_, slug)| slug)
                    .replace('_', "-");
                self.mark_broken(slug, error.to_string());
            }
        }
    }

    /// Reads one exercise again, by its place among them. One that is broken now stays as it was.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn reread(&mut self, at: usize) -> Result<(), Problem> {
        if let Some(exercise) = self.exercises.get_mut(at) {
            let read = course::load_dir(&exercise.dir);
            *exercise = read.map_err(|error| damaged(&exercise.slug, error.to_string()))?;
        }
        Ok(())
    }

    /// A folder that is gone altogether shows only beside the list of starters.
    fn miss(&mut self) {
        let known = |slug: &str| {
            self.exercises.iter().any(|exercise| exercise.slug == slug)
                || self.broken.iter().any(|broken| broken.slug == slug)
        };
        let mut missing = starters::of(&self.layout);
        let all = missing.len();
        missing.retain(|starter| !known(&starter.slug));
        // A course of which nothing is known is another course.
        if missing.len() < all {
            for starter in missing {
                let what = format!("exercises/{} is gone", starter.folder());
                self.mark_broken(starter.slug, what);
            }
        }
    }

    fn mark_broken(&mut self, slug: String, what: String) {
        let problem = damaged(&slug, what);
        self.broken.push(Broken { slug, problem });
    }

    /// The exercise that `typed` names.
    ///
    /// # Errors
    /// When none, or more than one, goes by that name; or it is broken.
    pub(crate) fn pick(&self, typed: &str) -> Result<&Exercise, Problem> {
        let picked = names::pick(&self.exercises, typed);
        let wanted = typed.replace('_', "-");
        let broken = self
            .broken
            .iter()
            .find(|broken| wanted.ends_with(&broken.slug));
        picked.map_err(|unknown| broken.map_or(unknown, |broken| broken.problem.clone()))
    }

    /// The runner that is at work in this checkout, where there is one. What a killed one left
    /// behind does not count.
    pub(crate) fn session(&self) -> Option<Session> {
        let session = Session::load(&self.layout);
        (session.pid != 0 && process::is_alive(session.pid)).then_some(session)
    }

    /// Where the links of reports lead.
    pub(crate) fn links(&self) -> Links {
        let session = self.session().unwrap_or_else(|| Session {
            pid: 0,
            backend: None,
            book: String::new(),
        });
        Links {
            book: session.book.clone(),
            web: session.web().to_owned(),
        }
    }
}

fn is_hidden(dir: &Path) -> bool {
    let name = dir.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with('.')
}

/// `05 tasks · Work that leaves the task`.
pub(crate) fn heading(exercise: &Exercise) -> String {
    let Exercise {
        number,
        slug,
        settings,
        ..
    } = exercise;
    format!("{number} {slug} · {}", settings.title)
}

fn damaged(slug: &str, what: String) -> Problem {
    let remedy = format!(
        "`cargo workshop reset {slug}` brings the exercise back as it was; your files in it are \
         saved first"
    );
    Problem::new(what, remedy)
}
