//! A second way from a save to a test, which asks nobody what is up to date.
//!
//! While an exercise is watched, its own sources are what changes. cargo's part of a save is then 0.2 s,
//! and linking everything that stays as it is 0.25 s more. So a build by cargo tells how it compiles
//! ([`record`]); after the verdict all crates that stay are linked into one library ([`plan`]); and
//! the next save compiles exercise and test as one crate against that ([`joined`]). It lies in a folder
//! of its own: nothing that cargo knows is touched. Whatever is not as usual goes to cargo, whose word is the last one: a change
//! elsewhere in the checkout, and each compile that fails.

mod compile;
mod joined;
mod plan;
pub(crate) mod record;

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError, TryLockError},
};

use course::{Exercise, Layout};

use crate::{Cancel, files};
use plan::Plan;
use record::Compile;

/// The shortcut to one exercise's verdicts.
#[derive(Debug)]
pub(crate) struct Shortcut {
    layout: Layout,
    exercise: Exercise,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The plan, and what stays as it was prepared, as one number.
    prepared: Option<(Plan, u64)>,
    /// The last compile failed: the learner's code is to blame, or the shortcut.
    failed: bool,
    /// It cannot be prepared, or failed where cargo did not.
    useless: bool,
}

impl Shortcut {
    pub(crate) fn new(layout: Layout, exercise: Exercise) -> Self {
        Self {
            layout,
            exercise,
            state: Mutex::default(),
        }
    }

    pub(crate) fn is_for(&self, exercise: &Exercise) -> bool {
        self.exercise.slug == exercise.slug
    }

    /// Where cargo's compilers are recorded.
    pub(crate) fn records(&self) -> PathBuf {
        self.layout.compiles(&self.exercise.slug)
    }

    /// The compiled test; none where cargo has to be asked, as while [`Shortcut::prepare`] is at work.
    pub(crate) fn build(&self, cancel: &Cancel) -> Option<PathBuf> {
        let mut state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        let (plan, stamp) = state.prepared.as_ref()?;
        if *stamp != self.stamp(plan) {
            *state = State::default();
            return None;
        }
        let made = plan.build(cancel);
        let executable = made.then(|| plan.executable.clone());
        state.failed = !made;
        executable
    }

    /// cargo has compiled it: what failed before was no fault of the learner's.
    pub(crate) fn cargo_built(&self) {
        let mut state = self.state();
        if state.failed {
            state.useless = true;
            state.prepared = None;
        }
    }

    /// Makes ready for the next save, after cargo has compiled the exercise.
    pub(crate) fn prepare(&self, cancel: &Cancel) {
        let mut state = self.state();
        let kept = |(plan, stamp): &(Plan, u64)| *stamp == self.stamp(plan);
        if state.useless || state.prepared.as_ref().is_some_and(kept) {
            return;
        }
        let Some(plan) = self.plan() else {
            return; // cargo had nothing to compile so far, and has told nothing.
        };
        let stamp = self.stamp(&plan);
        let made = plan.build_all(cancel);
        state.useless = !made && !cancel.is_cancelled();
        state.prepared = made.then_some((plan, stamp));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn plan(&self) -> Option<Plan> {
        let own = self.exercise.slug.replace('-', "_");
        let read = |name: &str| Compile::read(&self.records().join(format!("{name}.json")));
        let (library, test) = (read(&own)?, read("verify")?);
        let folder = Path::new(library.option("--out-dir")?).parent()?;
        let folder = folder.join("shortcut").join(own);
        Plan::new(&self.exercise, [&library, &test], &folder)
    }

    /// What stays while an exercise is watched, as one number: the crates that it stands on, their
    /// sources and what says how they are compiled.
    fn stamp(&self, plan: &Plan) -> u64 {
        let root = self.layout.root();
        let sources = root.join("crates");
        let below = files::below(&sources).unwrap_or_default();
        let mut paths: Vec<PathBuf> = below.iter().map(|file| sources.join(file)).collect();
        paths
            .extend(["Cargo.toml", "Cargo.lock", ".cargo/config.toml"].map(|file| root.join(file)));
        paths.push(self.exercise.dir.join("Cargo.toml"));
        let mut hasher = DefaultHasher::new();
        for path in paths.iter().chain(&plan.crates) {
            let known = fs::metadata(path).map(|data| (data.len(), data.modified().ok()));
            (path, known.ok()).hash(&mut hasher);
        }
        hasher.finish()
    }
}
