//! `exercise.toml` says what a learner needs, in a length that gets read, and agrees with the source.

use std::collections::BTreeSet;

use course::{Exercise, Hint};

use super::regions;
use crate::{Finding, Input};

const HINT_WORDS: usize = 60;
const GAPS: std::ops::RangeInclusive<usize> = 1..=4;
const ANSWERS: std::ops::RangeInclusive<usize> = 2..=4;

pub(super) fn check(input: &Input) -> Vec<Finding> {
    let of_one = |exercise| Checker::new(input, exercise).check();
    input.exercises.iter().flat_map(of_one).collect()
}

/// One exercise, its texts, and what is wrong with them.
struct Checker<'a> {
    input: &'a Input,
    exercise: &'a Exercise,
    toml: String,
    source: String,
    shape: String,
    findings: Vec<Finding>,
}

impl<'a> Checker<'a> {
    fn new(input: &'a Input, exercise: &'a Exercise) -> Self {
        // A file that is missing is another rule's finding.
        let read = |file: &str| input.read(&exercise.dir.join(file)).unwrap_or_default();
        let sources = regions::sources(&exercise.dir).into_iter();
        let sources: Vec<_> = sources.map(|file| read(&file.to_string_lossy())).collect();
        Self {
            input,
            exercise,
            toml: read("exercise.toml"),
            source: sources.concat(),
            shape: read("expected.shape"),
            findings: Vec::new(),
        }
    }

    fn check(mut self) -> Vec<Finding> {
        self.codes();
        self.prediction();
        self.hints();
        self.gaps();
        self.findings
    }

    /// Notes a finding at the line of `exercise.toml` that holds `near`.
    fn found(&mut self, near: &str, what: impl Into<String>, repair: &str) {
        let path = self
            .input
            .relative(&self.exercise.dir.join("exercise.toml"));
        let line = line_of(&self.toml, near);
        self.findings.push(Finding::at(path, line, what, repair));
    }

    fn codes(&mut self) {
        if self.exercise.settings.fails_with.is_empty() {
            let repair = "name exactly the codes that the starter gets";
            self.found("fails_with", "the starter fails with nothing", repair);
        }
    }

    fn prediction(&mut self) {
        let prediction = &self.exercise.settings.predict;
        let answers = prediction.answers.len();
        if !ANSWERS.contains(&answers) {
            let what = format!("a prediction with {answers} answers");
            self.found("answers", what, "give two to four");
        } else if prediction.right >= answers {
            let repair = "count the answers from 0";
            self.found("right", "the right answer is none of the answers", repair);
        }
    }

    fn hints(&mut self) {
        let exercise = self.exercise;
        let hints = &exercise.settings.hints;
        let rungs: Vec<_> = hints.iter().map(rung).collect();
        if rungs != [Some("nudge"), Some("api"), Some("shape")] {
            let repair = "three rungs: one `nudge`, one `api` with its `docs`, one `shape`";
            self.found("[[hints]]", "the hints are no ladder", repair);
        }
        for hint in hints {
            let words = hint.text().split_whitespace().count();
            if words > HINT_WORDS {
                let what = format!("a hint of {words} words, at most {HINT_WORDS} are read");
                self.found(first_line(hint.text()), what, "say less");
            }
            if hint.api.is_some()
                && hint
                    .docs
                    .as_ref()
                    .is_none_or(|docs| !docs.starts_with("https://"))
            {
                let repair = "add `docs`, the https address of the API's documentation";
                self.found(
                    first_line(hint.text()),
                    "an API without its documentation",
                    repair,
                );
            }
        }
    }

    fn gaps(&mut self) {
        let marked = gap_marks(&self.source);
        let exercise = self.exercise;
        let declared = &exercise.settings.gaps;
        if !GAPS.contains(&declared.len()) {
            let what = format!("{} gaps", declared.len());
            self.found("[gaps", what, "leave one to four");
        }
        for (name, gap) in declared {
            if !marked.contains(name) {
                let what = format!("no `TODO({name})` below src");
                self.found(
                    &format!("\"{name}\""),
                    what,
                    "mark the gap, or drop it here",
                );
            }
            for span in &gap.spans {
                if !self.shape.contains(&format!("\"{span}\"")) {
                    let what = format!("no span \"{span}\" in expected.shape");
                    self.found(&format!("\"{span}\""), what, "name a span of the shape");
                }
            }
        }
        for name in marked.iter().filter(|name| !declared.contains_key(*name)) {
            let path = self.input.relative(&self.exercise.dir.join("src/lib.rs"));
            let line = line_of(&self.source, &format!("TODO({name})"));
            let what = format!("the gap {name} is not in exercise.toml");
            let repair = format!("add `[gaps.\"{name}\"]` with `what` and `spans`");
            self.findings.push(Finding::at(path, line, what, repair));
        }
    }
}

/// Which rung a hint is; none where it is several, or none.
fn rung(hint: &Hint) -> Option<&'static str> {
    match (&hint.nudge, &hint.api, &hint.shape) {
        (Some(_), None, None) => Some("nudge"),
        (None, Some(_), None) => Some("api"),
        (None, None, Some(_)) => Some("shape"),
        _ => None,
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The line, from 1, on which `near` first stands; 0 where it does not.
fn line_of(text: &str, near: &str) -> usize {
    let found = text.lines().position(|line| line.contains(near));
    found.map_or(0, |index| index + 1)
}

/// The names in `TODO(name)`.
fn gap_marks(source: &str) -> BTreeSet<String> {
    source
        .split("TODO(")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    const TOML: &str = "exercises/01_sample/exercise.toml";

    fn broken(old: &str, new: &str) -> Vec<String> {
        let fixture = Fixture::good();
        fixture.replace(TOML, old, new);
        fixture.paths(check)
    }

    #[test]
    fn a_good_exercise_says_what_it_must() {
        assert_eq!(check(&Fixture::good().input()), []);
    }

    #[test]
    fn a_starter_that_fails_with_nothing_is_named() {
        assert_eq!(broken("[\"lost-context\"]", "[]"), [format!("{TOML}:4")]);
    }

    #[test]
    fn a_prediction_needs_its_right_answer() {
        assert_eq!(broken("right = 0", "right = 2"), [format!("{TOML}:11")]);
        assert_eq!(broken(", \"That\"", ""), [format!("{TOML}:10")]);
    }

    #[test]
    fn hints_are_a_ladder_of_short_rungs_with_documentation() {
        let long = "word ".repeat(61);
        assert_eq!(broken("Where is the span?", &long), [format!("{TOML}:15")]);
        assert_eq!(broken("nudge =", "shape ="), [format!("{TOML}:14")]);
        assert_eq!(
            broken("docs = \"https", "docs = \"http"),
            [format!("{TOML}:17")]
        );
    }

    #[test]
    fn gaps_are_in_the_source_and_their_spans_in_the_shape() {
        assert_eq!(broken("[\"work\"]", "[\"rest\"]"), [format!("{TOML}:24")]);
        let source = "exercises/01_sample/src/lib.rs";
        let fixture = Fixture::good();
        fixture.replace(source, "01.1", "01.2");
        assert_eq!(
            fixture.paths(check),
            [format!("{TOML}:22"), format!("{source}:8")]
        );
    }
}
