//! One verdict: compile, run, merge.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use course::{Exercise, Layout, Verdict};

use crate::build::Step;
use crate::{
    Cancel, Outcome, Problem,
    build::{self, Built},
    guard, overlay,
    run::{self, Ran},
    shortcut::{Shortcut, record},
};

/// Whose code is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The learner's own.
    Yours,
    /// The reference solution.
    Solution,
    /// A file in the place of `src/lib.rs`, or a folder laid over the exercise.
    With(PathBuf),
}

/// Gives verdicts on the exercises of one checkout.
#[derive(Clone, Debug)]
pub struct Checker {
    layout: Layout,
    colour: bool,
    guarded: bool,
    shortcut: Option<Arc<Shortcut>>,
}

/// What is compiled, and where.
struct Place {
    root: PathBuf,
    package: String,
    dir: PathBuf,
    /// The compiled things of another checkout that are used.
    shared: Option<PathBuf>,
    /// Where records go. `compare` takes the newest of the learner's runs for the learner's own.
    runs: PathBuf,
}

impl Checker {
    /// A checker that refuses exercises whose tests were changed, and does not colour what the
    /// compiler says.
    #[must_use]
    pub fn new(layout: Layout) -> Self {
        Self {
            layout,
            colour: false,
            guarded: true,
            shortcut: None,
        }
    }

    /// Compiles the learner's own code of that exercise without cargo, where that is possible.
    pub(crate) fn by(mut self, shortcut: Arc<Shortcut>) -> Self {
        self.shortcut = Some(shortcut);
        self
    }

    /// Colours what the compiler says.
    #[must_use]
    pub fn coloured(mut self, colour: bool) -> Self {
        self.colour = colour;
        self
    }

    /// For authors, who change tests: nothing is compared with `starters.json`.
    #[must_use]
    pub fn unguarded(mut self) -> Self {
        self.guarded = false;
        self
    }

    /// The verdict on one exercise. `on_step` hears how far it is; `cancel` ends it, after which
    /// the result means nothing.
    ///
    /// # Errors
    /// When there can be no verdict: cargo does not start, a package other than the exercise does
    /// not compile, records cannot be written.
    pub fn check(
        &self,
        exercise: &Exercise,
        subject: &Subject,
        cancel: &Cancel,
        on_step: &mut dyn FnMut(Step),
    ) -> Result<Outcome, Problem> {
        let mut outcome = Outcome::new(&exercise.slug, Verdict::Passed);
        let overlay = match subject {
            Subject::With(path) => Some(overlay::make(&self.layout, exercise, path)?),
            _ => None,
        };
        let place = match &overlay {
            Some(overlay) => self.overlaid(exercise, &overlay.root),
            None => self.place(exercise, subject),
        };
        if let Some(problem) = missing(&place, exercise) {
            outcome.refuse(Verdict::CompileError, problem);
            return Ok(outcome);
        }
        if self.guarded && *subject != Subject::Solution {
            for problem in guard::changed(&self.layout, &exercise.slug) {
                outcome.refuse(Verdict::Failed, problem);
            }
        }
        let start = Instant::now();
        let test = match self.quickly(cancel) {
            Some(test) => Ok(test),
            None => self.by_cargo(&place, cancel, on_step)?,
        };
        outcome.seconds.compile = start.elapsed().as_secs_f64();
        match test {
            Ok(test) => self.run(exercise, &place, &test, &mut outcome, cancel, on_step)?,
            Err(built) => refused(&place, &built, &mut outcome)?,
        }
        Ok(outcome)
    }

    fn quickly(&self, cancel: &Cancel) -> Option<PathBuf> {
        self.shortcut.as_ref()?.build(cancel)
    }

    /// The compiled test, or what the compiler says.
    fn by_cargo(
        &self,
        place: &Place,
        cancel: &Cancel,
        on_step: &mut dyn FnMut(Step),
    ) -> Result<Result<PathBuf, Built>, Problem> {
        let mut command = self.command(place);
        if let Some(shortcut) = &self.shortcut {
            record::ask(&mut command, &shortcut.records());
        }
        let built = build::build(command, cancel, on_step)?;
        let test = built.executable("verify").filter(|_| built.success);
        let Some(test) = test.map(Path::to_owned) else {
            return Ok(Err(built));
        };
        self.shortcut
            .iter()
            .for_each(|shortcut| shortcut.cargo_built());
        Ok(Ok(test))
    }

    fn place(&self, exercise: &Exercise, subject: &Subject) -> Place {
        let slug = &exercise.slug;
        let (package, parent, runs) = if *subject == Subject::Solution {
            let package = exercise.solution_package();
            (package, self.layout.solutions(), self.layout.trials(slug))
        } else {
            (
                slug.clone(),
                self.layout.exercises(),
                self.layout.runs(slug),
            )
        };
        Place {
            root: self.layout.root().to_owned(),
            package,
            dir: parent.join(exercise.folder()),
            shared: None,
            runs,
        }
    }

    fn overlaid(&self, exercise: &Exercise, root: &Path) -> Place {
        Place {
            root: root.to_owned(),
            dir: root.join("exercises").join(exercise.folder()),
            package: exercise.slug.clone(),
            shared: Some(self.layout.root().to_owned()),
            runs: self.layout.trials(&exercise.slug),
        }
    }

    fn command(&self, place: &Place) -> Command {
        let arguments = ["test", "--no-run", "-p", &place.package, "--test", "verify"];
        let mut command = build::cargo(&place.root, &arguments, self.colour);
        if let Some(real) = &place.shared {
            command.arg("--offline");
            if std::env::var_os("CARGO_TARGET_DIR").is_none() {
                command.env("CARGO_TARGET_DIR", real.join("target"));
            }
        }
        command
    }

    fn run(
        &self,
        exercise: &Exercise,
        place: &Place,
        test: &Path,
        outcome: &mut Outcome,
        cancel: &Cancel,
        on_step: &mut dyn FnMut(Step),
    ) -> Result<(), Problem> {
        on_step(Step::Running);
        let start = Instant::now();
        let folder = run::folder(&place.runs)?;
        let limit = Duration::from_secs(exercise.settings.limit_seconds.into());
        let ran = run::run(test, &place.dir, &folder, limit, cancel)?;
        outcome.seconds.run = start.elapsed().as_secs_f64();
        outcome.run = Some(folder);
        judge(ran, outcome);
        Ok(())
    }
}

/// Cargo's words for a file that is not there send a learner the wrong way.
fn missing(place: &Place, exercise: &Exercise) -> Option<Problem> {
    for file in ["Cargo.toml", "src/lib.rs", "tests/verify.rs"] {
        let text = fs::read_to_string(place.dir.join(file)).unwrap_or_default();
        if text.trim().is_empty() {
            let what = format!("{} is missing or empty", place.dir.join(file).display());
            let remedy = format!(
                "`cargo workshop reset {}` brings the exercise back as it was; \
                 what is left of your files is saved first",
                exercise.slug
            );
            return Some(Problem::new(what, remedy));
        }
    }
    None
}

/// Does not compile: the learner's code, or something that it stands on.
fn refused(place: &Place, built: &Built, outcome: &mut Outcome) -> Result<(), Problem> {
    let own = |manifest: &PathBuf| manifest.starts_with(&place.dir);
    let broken = built.errors.iter().find(|(manifest, _)| !own(manifest));
    if built.errors.is_empty() || broken.is_some() {
        let what = format!("`{}` could not be compiled", place.package);
        return Err(build::failure(&what, built));
    }
    outcome.worsen(Verdict::CompileError);
    outcome.compiler = built.errors.iter().map(|(_, text)| text.clone()).collect();
    Ok(())
}

fn judge(ran: Ran, outcome: &mut Outcome) {
    let nothing = ran.records.is_empty() && ran.silent.is_empty();
    let all_passed = ran
        .records
        .iter()
        .all(|record| record.verdict == Verdict::Passed);
    outcome.merge(ran.records);
    if nothing {
        let remedy = format!(
            "`cargo workshop reset {} --keep-src` brings it back",
            outcome.exercise
        );
        outcome.refuse(
            Verdict::Failed,
            Problem::new("tests/verify.rs holds no test", remedy),
        );
    }
    let verdict = match ran.status {
        None => Verdict::Timeout,
        Some(_) => Verdict::Panicked,
    };
    for test in &ran.silent {
        let how = match ran.status {
            None => "was ended at its limit of time".to_owned(),
            Some(status) => format!("left no record ({status})"),
        };
        let what = format!(
            "the test `{test}` {how}. It printed last:\n{}",
            ran.output.trim_end()
        );
        let remedy = "look for a loop without end, an `abort` or an `exit`; a full disk looks \
                      like this as well";
        outcome.refuse(verdict, Problem::new(what, remedy));
    }
    let failed = ran.status.is_none_or(|status| !status.success());
    if failed && all_passed && ran.silent.is_empty() {
        let what = format!(
            "every test passed and yet the run failed:\n{}",
            ran.output.trim_end()
        );
        outcome.refuse(
            verdict,
            Problem::new(what, "run it again with `cargo test`"),
        );
    }
}
