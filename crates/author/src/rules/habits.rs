//! Tests that wait for what happens instead of for time, and leave nothing for later.

use std::path::Path;

use super::source::Source;
use crate::{Finding, Input};

pub(super) fn check(input: &Input) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in input.files(&[".rs"]) {
        if let Ok(text) = input.read(&path) {
            let relative = input.relative(&path);
            findings.extend(in_source(&relative, &text));
            findings.extend(left_for_later(&relative, &text));
        }
    }
    findings
}

fn in_source(relative: &Path, text: &str) -> Vec<Finding> {
    let is_test = relative.iter().any(|part| part == "tests");
    // A file that is no Rust is another rule's finding.
    let Ok(source) = Source::parse(text, is_test) else {
        return Vec::new();
    };
    let of_exercise = is_test && relative.starts_with("exercises");
    let at = |lines: &[usize], what: &str, repair: &str| -> Vec<Finding> {
        let finding = |line: &usize| Finding::at(relative, *line, what, repair);
        lines.iter().map(finding).collect()
    };
    let mut findings = at(
        &source.ignored,
        "an ignored test protects nothing",
        "make it pass, or delete it",
    );
    if of_exercise {
        findings.extend(at(
            &source.any_sleeps,
            "a test of an exercise sleeps",
            "let the test kit wait for what the test is about",
        ));
        findings.extend(at(
            &source.bare_assertions,
            "an assertion that a learner can meet without a message",
            "say in a sentence what must hold",
        ));
    } else {
        findings.extend(at(
            &source.test_sleeps,
            "a test sleeps in the hope that something has happened by then",
            "ask in a bounded loop whether it has",
        ));
    }
    findings
}

fn left_for_later(relative: &Path, text: &str) -> Vec<Finding> {
    if relative.starts_with("exercises") {
        return Vec::new();
    }
    text.lines()
        .enumerate()
        .filter(|(_, line)| is_left_for_later(line))
        .map(|(index, _)| {
            let what = "something is left for later";
            let repair = "do it, or open an issue and say here what holds today";
            Finding::at(relative, index + 1, what, repair)
        })
        .collect()
}

/// Whether a line is a comment that begins with one of the usual words; a gap that a learner fills,
/// `TODO(05.1)`, is none.
fn is_left_for_later(line: &str) -> bool {
    let Some(comment) = line.trim_start().strip_prefix("//") else {
        return false;
    };
    let comment = comment.trim_start_matches(['/', '!', ' ']);
    let is_gap = |rest: &str| {
        let name = rest.strip_prefix('(');
        name.is_some_and(|name| name.starts_with(|first: char| first.is_ascii_digit()))
    };
    ["TODO", "FIXME", "XXX"]
        .iter()
        .filter_map(|word| comment.strip_prefix(word))
        .any(|rest| !is_gap(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    #[test]
    fn a_good_course_has_good_habits() {
        assert_eq!(check(&Fixture::good().input()), []);
    }

    #[test]
    fn sleeping_and_ignored_tests_are_named() {
        let fixture = Fixture::good();
        let test = "#[test]\n#[ignore]\nfn a() {\n    sleep(second());\n    assert!(true);\n}\n";
        fixture.write("crates/a/tests/a.rs", test);
        assert_eq!(
            fixture.paths(check),
            ["crates/a/tests/a.rs:2", "crates/a/tests/a.rs:4"]
        );
    }

    #[test]
    fn a_test_of_an_exercise_neither_sleeps_nor_fails_without_a_word() {
        let fixture = Fixture::good();
        let test = "#[test]\nfn a() {\n    loop { sleep(second()) }\n    assert!(true);\n}\n";
        fixture.write("exercises/01_sample/tests/verify.rs", test);
        assert_eq!(
            fixture.paths(check),
            [
                "exercises/01_sample/tests/verify.rs:3",
                "exercises/01_sample/tests/verify.rs:4"
            ]
        );
    }

    #[test]
    fn what_is_left_for_later_is_named_outside_of_exercises() {
        assert!(is_left_for_later("    // TODO: later"));
        assert!(is_left_for_later("/// FIXME"));
        assert!(!is_left_for_later("// a gap is marked TODO(05.1)"));
        assert!(!is_left_for_later(
            "    // TODO(05.1): where a task is spawned"
        ));
        assert!(!is_left_for_later("let text = \"// TODO\";"));
    }
}
