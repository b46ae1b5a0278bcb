//! The course's rules that compile and run: what starter, solution, mistakes and alternatives get.

use std::{io, path::PathBuf};

use course::{Exercise, Verdict};
use trace_shape::Code;
use workshop::{Outcome, Subject};

use crate::{
    Finding, Input, Tried, Variant,
    bench::{self, said},
    regen::{self, Mode},
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
    pub fn check(&self, input: &Input) -> io::Result<Tried> {
        let exercise = &self.exercise;
        match &self.claim {
            Claim::Starter => {
                let starter = bench::starter(input, exercise)?;
                let path = input.relative(&exercise.dir.join("src/lib.rs"));
                let subject = Subject::With(starter.path().to_owned());
                self.tried(input, &subject, |outcome| {
                    refused(outcome, &exercise.settings.fails_with, path)
                })
            }
            Claim::Solution => {
                let path = input.relative(&input.solution(exercise));
                self.tried(input, &Subject::Solution, |outcome| passed(outcome, path))
            }
            Claim::Mistake(variant) => {
                // A header without a code is the finding of a rule that only reads.
                let declared: Vec<_> = variant.code().into_iter().collect();
                let path = input.relative(&variant.path);
                let subject = Subject::With(variant.path.clone());
                self.tried(input, &subject, |outcome| refused(outcome, &declared, path))
            }
            Claim::Alternative(variant) => {
                let path = input.relative(&variant.path);
                let subject = Subject::With(variant.path.clone());
                self.tried(input, &subject, |outcome| passed(outcome, path))
            }
            Claim::Fresh => regen::exercise(input, exercise, Mode::Check),
        }
    }

    fn tried(
        &self,
        input: &Input,
        subject: &Subject,
        judge: impl FnOnce(&Outcome) -> Option<Finding>,
    ) -> io::Result<Tried> {
        let outcome = bench::check(input, &self.exercise, subject)?;
        Ok(match outcome.missing() {
            Some(missing) => Tried::Skipped(missing),
            None => Tried::Found(judge(&outcome).into_iter().collect()),
        })
    }
}

/// All codes of an outcome, each once, in order.
fn codes(outcome: &Outcome) -> Vec<Code> {
    let diagnoses = outcome.diagnoses();
    let mut codes: Vec<_> = diagnoses.iter().map(|diagnosis| diagnosis.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The finding that an answer is not refused with exactly the declared codes.
fn refused(outcome: &Outcome, declared: &[Code], path: PathBuf) -> Option<Finding> {
    let mut wanted = declared.to_vec();
    wanted.sort_unstable();
    let refused = !matches!(
        outcome.verdict,
        Verdict::Passed | Verdict::Skipped | Verdict::CompileError
    );
    if refused && codes(outcome) == wanted {
        return None;
    }
    let wanted: Vec<_> = wanted.iter().map(|code| code.as_str()).collect();
    let what = format!("declares {}, gets {}", wanted.join(" and "), said(outcome));
    let repair = "declare what it gets, if that is the right diagnosis; otherwise repair the code, \
                  the shape, or the grader";
    Some(Finding::in_file(path, what, repair))
}

/// The finding that a right answer does not pass.
fn passed(outcome: &Outcome, path: PathBuf) -> Option<Finding> {
    (outcome.verdict != Verdict::Passed).then(|| {
        let what = format!("is a right answer, but gets {}", said(outcome));
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
    use course::{RECORD_SCHEMA, TestRecord};
    use trace_shape::{Diagnosis, Report};
    use workshop::Seconds;

    use crate::fixture::Fixture;

    fn outcome(verdict: Verdict, codes: &[Code]) -> Outcome {
        let diagnosis = |code: &Code| Diagnosis::new(*code, "a fact");
        let report = Report {
            diagnoses: codes.iter().map(diagnosis).collect(),
            ..Report::default()
        };
        let record = TestRecord {
            schema: RECORD_SCHEMA,
            exercise: "sample".to_owned(),
            test: "a_fact".to_owned(),
            line: 1,
            verdict,
            skipped_for: None,
            report,
            trace_ids: Vec::new(),
            crossings: Vec::new(),
            exits: Vec::new(),
            seconds: 0.0,
        };
        Outcome {
            exercise: "sample".to_owned(),
            verdict,
            skipped_for: None,
            compiler: Vec::new(),
            records: vec![record],
            notes: Vec::new(),
            run: None,
            seconds: Seconds::default(),
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
