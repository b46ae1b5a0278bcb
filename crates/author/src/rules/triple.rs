//! Exercise, solution and chapter are all there, and nothing else is.

use std::{fs, path::Path};

use course::Exercise;

use crate::{Finding, Input, Variant};

/// The fewest and the most mistakes of an exercise.
const MISTAKES: std::ops::RangeInclusive<usize> = 3..=6;

pub(super) fn check(input: &Input) -> Vec<Finding> {
    let mut findings = orphaned_solutions(input);
    for exercise in &input.exercises {
        findings.extend(missing_files(input, exercise));
        findings.extend(mistakes(input, exercise));
        findings.extend(alternatives(input, exercise));
    }
    findings
}

fn orphaned_solutions(input: &Input) -> Vec<Finding> {
    let folders = fs::read_dir(input.layout.solutions()).into_iter().flatten();
    let orphan = |path: &Path| {
        let exercise = input
            .layout
            .exercises()
            .join(path.file_name().unwrap_or_default());
        path.is_dir() && !exercise.join("exercise.toml").is_file()
    };
    folders
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| orphan(path))
        .map(|path| {
            let repair = "name the folder like its exercise, or delete it";
            Finding::in_file(
                input.relative(&path),
                "a solution without an exercise",
                repair,
            )
        })
        .collect()
}

fn missing_files(input: &Input, exercise: &Exercise) -> Vec<Finding> {
    let solution = input.solution(exercise);
    let chapter = input
        .layout
        .book()
        .join("src")
        .join(exercise.chapter_source());
    let of_exercise = [
        "Cargo.toml",
        "src/lib.rs",
        "tests/verify.rs",
        "expected.shape",
    ];
    let of_solution = ["Cargo.toml", "src/lib.rs", "tests/verify.rs"];
    let wanted = of_exercise
        .iter()
        .map(|file| exercise.dir.join(file))
        .chain(of_solution.iter().map(|file| solution.join(file)))
        .chain([chapter]);
    wanted
        .filter(|path| !input.has(path))
        .map(|path| {
            let what = format!(
                "exercise `{}` is not whole without this file",
                exercise.slug
            );
            let repair = "add it; CONTRIBUTING.md says what goes into it";
            Finding::in_file(input.relative(&path), what, repair)
        })
        .collect()
}

fn mistakes(input: &Input, exercise: &Exercise) -> Vec<Finding> {
    let folder = exercise.dir.join("mistakes");
    let mistakes = Variant::all_in(&folder).unwrap_or_default();
    let mut findings: Vec<_> = mistakes
        .iter()
        .filter_map(|mistake| broken_header(input, mistake))
        .collect();
    if !MISTAKES.contains(&mistakes.len()) {
        findings.push(Finding::in_file(
            input.relative(&folder),
            format!(
                "{} mistakes, where an exercise has {} to {}",
                mistakes.len(),
                MISTAKES.start(),
                MISTAKES.end()
            ),
            "collect plausible wrong answers, each in a file in the place of `src/lib.rs`",
        ));
    }
    findings
}

fn broken_header(input: &Input, mistake: &Variant) -> Option<Finding> {
    let path = mistake
        .header
        .as_ref()
        .map_or(&mistake.path, |(path, _)| path);
    let (what, repair) = if mistake.code().is_none() {
        (
            "the header names no diagnosis code",
            "begin the file with `//! code: lost-context`, the code that the mistake must get",
        )
    } else if mistake.field("why").is_none_or(str::is_empty) {
        (
            "the header does not say why people write this",
            "add a line `//! why: …`, one sentence",
        )
    } else {
        return None;
    };
    Some(Finding::at(input.relative(path), 1, what, repair))
}

fn alternatives(input: &Input, exercise: &Exercise) -> Option<Finding> {
    let folder = exercise.dir.join("alternatives");
    let none = Variant::all_in(&folder).unwrap_or_default().is_empty();
    none.then(|| {
        Finding::in_file(
            input.relative(&folder),
            "no alternative right answer",
            "add one in another legitimate style: it must pass",
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    #[test]
    fn a_whole_exercise_breaks_nothing() {
        assert_eq!(super::check(&Fixture::good().input()), []);
    }

    #[test]
    fn what_is_missing_is_named() {
        let fixture = Fixture::good();
        fixture.remove("solutions/01_sample/src/lib.rs");
        fixture.remove("book/src/part1/01-sample.md");
        let paths = fixture.paths(super::check);
        assert_eq!(
            paths,
            [
                "solutions/01_sample/src/lib.rs",
                "book/src/part1/01-sample.md"
            ]
        );
    }

    #[test]
    fn a_solution_without_an_exercise_is_named() {
        let fixture = Fixture::good();
        fixture.write("solutions/02_gone/Cargo.toml", "");
        assert_eq!(fixture.paths(super::check), ["solutions/02_gone"]);
    }

    #[test]
    fn a_mistake_needs_a_code_that_exists_and_a_reason() {
        let fixture = Fixture::good();
        fixture.write(
            "exercises/01_sample/mistakes/one.rs",
            "//! code: no-such-code\n//! why: habit\n",
        );
        fixture.write(
            "exercises/01_sample/mistakes/two.rs",
            "//! code: lost-context\n",
        );
        assert_eq!(
            fixture.paths(super::check),
            [
                "exercises/01_sample/mistakes/one.rs:1",
                "exercises/01_sample/mistakes/two.rs:1"
            ]
        );
    }

    #[test]
    fn two_mistakes_are_too_few_and_an_alternative_is_needed() {
        let fixture = Fixture::good();
        fixture.remove("exercises/01_sample/mistakes/one.rs");
        fixture.remove("exercises/01_sample/alternatives/other.rs");
        assert_eq!(
            fixture.paths(super::check),
            [
                "exercises/01_sample/mistakes",
                "exercises/01_sample/alternatives"
            ]
        );
    }
}
