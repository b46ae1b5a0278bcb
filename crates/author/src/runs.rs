//! The course's rules that compile and run: what starter, solution, mistakes and alternatives get.

use std::{ffi::OsStr, io, path::PathBuf};

use course::{Exercise, Verdict};
use trace_shape::Code;

use crate::{
    Finding, Input, Variant,
    regen::{self, Mode},
    verdict::{self, Outcome},
};

/// One claim about one exercise.
#[derive(Clone, Debug)]
pub struct Case {
    exercise: Exercise,
    claim: Claim,
}

#[derive(Clone, Debug)]
enum Claim {
    /// It fails with exactly its declared codes.
    Starter,
    /// It passes.
    Solution,
    /// It is refused with the code that its header names.
    Mistake(Variant),
    /// It passes.
    Alternative(Variant),
    /// What the book shows of it is fresh.
    Fresh,
}

/// Every claim about every exercise.
#[must_use]
pub fn cases(input: &Input) -> Vec<Case> {
    input.exercises.iter().flat_map(of_exercise).collect()
}

fn of_exercise(exercise: &Exercise) -> Vec<Case> {
    // Folders that cannot be read are the finding of a rule that only reads.
    let variants = |folder: &str| Variant::all_in(&exercise.dir.join(folder)).unwrap_or_default();
    let mistakes = variants("mistakes").into_iter().map(Claim::Mistake);
    let alternatives = variants("alternatives").into_iter().map(Claim::Alternative);
    [Claim::Starter, Claim::Solution]
        .into_iter()
        .chain(mistakes)
        .chain(alternatives)
        .chain([Claim::Fresh])
        .map(|claim| Case {
            exercise: exercise.clone(),
            claim,
        })
        .collect()
}

impl Case {
    /// `tasks::mistake::created-inside`.
    #[must_use]
    pub fn name(&self) -> String {
        let claim = match &self.claim {
            Claim::Starter => "starter_fails_as_declared".to_owned(),
            Claim::Solution => "solution_passes".to_owned(),
            Claim::Mistake(variant) => format!("mistake::{}", variant.name),
            Claim::Alternative(variant) => format!("alternative::{}", variant.name),
            Claim::Fresh => "book_shows_what_is_true".to_owned(),
        };
        format!("{}::{claim}", self.exercise.slug)
    }

    /// What breaks the claim.
    ///
    /// # Errors
    /// When there is no verdict at all.
    pub fn check(&self, input: &Input) -> io::Result<Vec<Finding>> {
        let found = match &self.claim {
            Claim::Starter => self.starter(input)?,
            Claim::Solution => {
                self.passes(input, &[OsStr::new("--solution")], self.solution(input))?
            }
            Claim::Mistake(variant) => self.mistake(input, variant)?,
            Claim::Alternative(variant) => {
                let with = [OsStr::new("--with"), variant.path.as_os_str()];
                self.passes(input, &with, input.relative(&variant.path))?
            }
            Claim::Fresh => return regen::exercise(input, &self.exercise, Mode::Check),
        };
        Ok(found.into_iter().collect())
    }

    fn verdict(&self, input: &Input, further: &[&OsStr]) -> io::Result<Outcome> {
        verdict::check(input.layout.root(), &self.exercise.slug, further)
    }

    fn solution(&self, input: &Input) -> PathBuf {
        input.relative(&input.solution(&self.exercise))
    }

    fn starter(&self, input: &Input) -> io::Result<Option<Finding>> {
        let outcome = self.verdict(input, &[])?;
        let path = input.relative(&self.exercise.dir.join("src/lib.rs"));
        Ok(refused(&outcome, &self.exercise.settings.fails_with, path))
    }

    fn mistake(&self, input: &Input, variant: &Variant) -> io::Result<Option<Finding>> {
        let outcome = self.verdict(input, &[OsStr::new("--with"), variant.path.as_os_str()])?;
        // A header without a code is the finding of a rule that only reads.
        let declared: Vec<_> = variant.code().into_iter().collect();
        Ok(refused(&outcome, &declared, input.relative(&variant.path)))
    }

    fn passes(
        &self,
        input: &Input,
        further: &[&OsStr],
        path: PathBuf,
    ) -> io::Result<Option<Finding>> {
        Ok(passed(&self.verdict(input, further)?, path))
    }
}

/// The finding that an answer is not refused with exactly the declared codes.
fn refused(outcome: &Outcome, declared: &[Code], path: PathBuf) -> Option<Finding> {
    let mut wanted = declared.to_vec();
    wanted.sort_unstable();
    let refused = !matches!(
        outcome.verdict,
        Verdict::Passed | Verdict::Skipped | Verdict::CompileError
    );
    if refused && outcome.codes() == wanted {
        return None;
    }
    let wanted: Vec<_> = wanted.iter().map(|code| code.as_str()).collect();
    let what = format!("declares {}, gets {}", wanted.join(" and "), outcome.said());
    let repair = "declare what it gets, if that is the right diagnosis; otherwise repair the code, \
                  the shape, or the grader";
    Some(Finding::in_file(path, what, repair))
}

/// The finding that a right answer does not pass.
fn passed(outcome: &Outcome, path: PathBuf) -> Option<Finding> {
    (outcome.verdict != Verdict::Passed).then(|| {
        let what = format!("is a right answer, but gets {}", outcome.said());
        Finding::in_file(
            path,
            what,
            "repair the answer, or what the test demands of it",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture::Fixture, verdict::Diagnosed};

    fn outcome(verdict: Verdict, codes: &[Code]) -> Outcome {
        let diagnosed = |code: &Code| Diagnosed {
            code: *code,
            message: "a fact".to_owned(),
        };
        Outcome {
            verdict,
            skipped_for: None,
            diagnoses: codes.iter().map(diagnosed).collect(),
        }
    }

    #[test]
    fn each_answer_of_each_exercise_is_a_case() {
        let names: Vec<_> = cases(&Fixture::good().input())
            .iter()
            .map(Case::name)
            .collect();
        assert_eq!(
            names,
            [
                "sample::starter_fails_as_declared",
                "sample::solution_passes",
                "sample::mistake::one",
                "sample::mistake::three",
                "sample::mistake::two",
                "sample::alternative::other",
                "sample::book_shows_what_is_true",
            ]
        );
    }

    #[test]
    fn a_wrong_answer_gets_its_codes_and_no_other() {
        use Code::{LostContext, WrongName};
        let finding = |verdict, got: &[Code], declared: &[Code]| {
            refused(&outcome(verdict, got), declared, PathBuf::from("a.rs"))
        };
        let lost = [LostContext];
        assert_eq!(
            finding(Verdict::Failed, &[LostContext, LostContext], &lost),
            None
        );
        let other = finding(Verdict::Failed, &[WrongName], &lost).expect("a finding");
        assert_eq!(
            other.what,
            "declares lost-context, gets Failed: wrong-name (a fact)"
        );
        assert!(finding(Verdict::Failed, &[LostContext, WrongName], &lost).is_some());
        assert!(finding(Verdict::Passed, &[], &lost).is_some());
        assert!(finding(Verdict::CompileError, &lost, &lost).is_some());
    }

    #[test]
    fn a_right_answer_passes() {
        assert_eq!(passed(&outcome(Verdict::Passed, &[]), PathBuf::new()), None);
        assert!(
            passed(
                &outcome(Verdict::Failed, &[Code::WrongKind]),
                PathBuf::new()
            )
            .is_some()
        );
        assert!(passed(&outcome(Verdict::Skipped, &[]), PathBuf::new()).is_some());
    }
}
