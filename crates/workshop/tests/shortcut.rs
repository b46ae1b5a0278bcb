//! While an exercise is watched, a save does not need cargo; where it does, cargo is asked.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

mod common;
#[path = "common/runner.rs"]
mod runner;
#[path = "common/screen.rs"]
mod screen;

use std::{
    cell::Cell,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use common::{Course, RIGHT, WRONG, content};
use runner::Runner;
use rustix::process::Signal;
use screen::eventually;

const ANSWERS: [(&str, &str); 2] = [(RIGHT, "Solved."), (WRONG, "the answer is not 42")];

/// A course that is watched, by a runner whose cargo counts how often it is asked for exercise 01.
struct Watched {
    course: Course,
    runner: Runner,
    asked: PathBuf,
    saves: Cell<usize>,
}

impl Watched {
    fn start() -> Self {
        let course = Course::new();
        let (cargo, asked) = (course.path("cargo.sh"), course.path("asked"));
        let real = std::env::var("CARGO").unwrap();
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in *\" one \"*) echo \"$*\" >> {asked:?};; esac\nexec {real:?} \"$@\"\n"
        );
        course.write("cargo.sh", &script);
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = course.command(&[]);
        command.env("CARGO", cargo).env_remove("RUSTC_WRAPPER");
        let runner = Runner::by(command);
        runner.expect("the answer is not 42");
        Self {
            course,
            runner,
            asked,
            saves: Cell::new(0),
        }
    }

    fn asked(&self) -> usize {
        fs::read_to_string(&self.asked).unwrap().lines().count()
    }

    /// Saves an answer, and says whether cargo was asked for its verdict.
    fn save(&self, (code, verdict): (&str, &str)) -> bool {
        let before = self.asked();
        // A save without a change runs nothing.
        self.saves.set(self.saves.get() + 1);
        self.course
            .save(&format!("{code}// {}\n", self.saves.get()));
        self.runner.expect(verdict);
        self.asked() > before
    }

    /// The shortcut is prepared after a verdict: saves until one takes it.
    fn until_ready(&self) {
        let mut answers = ANSWERS.iter().cycle();
        eventually("a save without cargo", || {
            answers.next().is_some_and(|answer| !self.save(*answer))
        });
    }

    fn folder(&self) -> PathBuf {
        let target = self.course.environment();
        let target = target.iter().find(|(name, _)| *name == "CARGO_TARGET_DIR");
        Path::new(&target.unwrap().1).join("debug/shortcut/one")
    }
}

#[test]
fn a_save_has_its_verdict_without_cargo_and_touches_nothing_of_its() {
    let watched = Watched::start();
    watched.until_ready();
    let cargos = || content(&watched.folder().join("../../deps"));
    let before = cargos();
    for answer in ANSWERS {
        assert!(!watched.save(answer), "cargo was asked");
    }
    assert_eq!(cargos(), before);
    // What the learner's own cargo then makes of the same code.
    assert_eq!(watched.course.verdict("one"), (1, "failed".to_owned()));
    let Watched { runner, .. } = watched;
    assert_eq!(runner.end(Signal::INT), Some(0));
}

#[test]
fn what_does_not_compile_has_cargos_words_and_the_next_save_none() {
    let watched = Watched::start();
    watched.until_ready();
    assert!(watched.save(("pub fn answer() -> u32 {", "unclosed delimiter")));
    assert!(!watched.save(ANSWERS[0]), "cargo was asked");
}

#[test]
fn what_only_one_crate_would_accept_is_refused() {
    let watched = Watched::start();
    watched.until_ready();
    assert!(watched.save(("fn answer() -> u32 { 42 }", "is private")));
    assert!(!watched.save(ANSWERS[0]), "cargo was asked");
}

#[test]
fn a_learners_own_tests_are_no_part_of_the_verdict() {
    let watched = Watched::start();
    watched.until_ready();
    let own = "#[cfg(test)] mod own { #[test] fn fails() { panic!() } }\n";
    assert!(watched.save((&format!("{RIGHT}\n{own}"), "Solved.")));
}

#[test]
fn a_shortcut_that_breaks_gives_way_to_cargo() {
    let watched = Watched::start();
    watched.until_ready();
    fs::remove_dir_all(watched.folder()).unwrap();
    fs::write(watched.folder(), "in the way").unwrap();
    for answer in [ANSWERS[0], ANSWERS[1], ANSWERS[0]] {
        assert!(watched.save(answer), "cargo was not asked");
    }
}

#[test]
fn what_changes_elsewhere_is_cargos_to_see() {
    let watched = Watched::start();
    watched.until_ready();
    assert!(!watched.save(ANSWERS[1]), "cargo was asked");
    let before = watched.asked();
    let manifest = "exercises/01_one/Cargo.toml";
    let text = watched.course.read(manifest);
    let changed = format!("{text}[features]\n");
    watched.course.write(manifest, &changed);
    watched.runner.expect("the answer is not 42");
    assert!(watched.asked() > before, "cargo was not asked");
}
