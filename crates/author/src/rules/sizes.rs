//! Functions, files, exercises and chapters keep the size that a reader can hold.

use std::path::Path;

use course::Exercise;

use super::source::{Function, Source};
use crate::{Finding, Input};

const FUNCTION: usize = 60;
const FILE: usize = 500;
const MEDIAN: usize = 10;
const NINE_IN_TEN: usize = 40;
const STARTER: usize = 85;
const VERIFY: usize = 80;
const MANIFEST: usize = 15;
const HEADER: std::ops::RangeInclusive<usize> = 5..=12;
const CHAPTER: std::ops::RangeInclusive<usize> = 250..=900;

pub(super) fn check(input: &Input) -> Vec<Finding> {
    let mut lengths = Vec::new();
    let mut findings = Vec::new();
    let generated = |path: &Path| path.ends_with("generated.rs");
    let files = input.files(&[".rs"]).into_iter();
    for path in files.filter(|path| !generated(path)) {
        match rust_file(input, &path, &mut lengths) {
            Ok(found) => findings.extend(found),
            Err(finding) => findings.push(finding),
        }
    }
    findings.extend(spread(&mut lengths));
    for exercise in &input.exercises {
        findings.extend(of_exercise(input, exercise));
    }
    findings
}

fn rust_file(
    input: &Input,
    path: &Path,
    lengths: &mut Vec<usize>,
) -> Result<Vec<Finding>, Finding> {
    let text = input.read(path)?;
    let relative = input.relative(path);
    let source = Source::parse(&text, false).map_err(|error| {
        let line = error.span().start().line;
        Finding::at(
            &relative,
            line,
            format!("is no Rust: {error}"),
            "repair the syntax",
        )
    })?;
    lengths.extend(source.functions.iter().map(|function| function.lines));
    let too_long = |function: &&Function| function.lines > FUNCTION;
    let mut findings: Vec<_> = source
        .functions
        .iter()
        .filter(too_long)
        .map(|function| {
            let what = format!(
                "`{}` has {} lines, at most {FUNCTION} are allowed",
                function.name, function.lines
            );
            Finding::at(
                &relative,
                function.line,
                what,
                "give its parts names of their own",
            )
        })
        .collect();
    findings.extend(lines_at_most(&relative, &text, FILE, "split it by purpose"));
    Ok(findings)
}

/// The rules about many functions at a time: most of them are short.
fn spread(lengths: &mut [usize]) -> Vec<Finding> {
    lengths.sort_unstable();
    let at = |share: usize| lengths.get(lengths.len() * share / 100).copied();
    [(50, "half", MEDIAN), (90, "nine in ten", NINE_IN_TEN)]
        .into_iter()
        .filter_map(|(share, words, most)| {
            let length = at(share).filter(|length| *length > most)?;
            let what =
                format!("{words} of all functions should have at most {most} lines, not {length}");
            Some(Finding::in_file("crates", what, "split the longest ones"))
        })
        .collect()
}

fn of_exercise(input: &Input, exercise: &Exercise) -> Vec<Finding> {
    let files = [
        (
            exercise.dir.join("src/lib.rs"),
            STARTER,
            "leave one idea in it",
        ),
        (
            exercise.dir.join("tests/verify.rs"),
            VERIFY,
            "move what is general into the test kit",
        ),
        (
            exercise.dir.join("Cargo.toml"),
            MANIFEST,
            "drop what the workspace says already",
        ),
    ];
    let mut findings = Vec::new();
    for (path, most, repair) in files {
        // A file that is missing is another rule's finding.
        if let Ok(text) = input.read(&path) {
            findings.extend(lines_at_most(&input.relative(&path), &text, most, repair));
        }
    }
    findings.extend(header(input, exercise));
    findings.extend(chapter(input, exercise));
    findings
}

fn header(input: &Input, exercise: &Exercise) -> Option<Finding> {
    let path = exercise.dir.join("src/lib.rs");
    let text = input.read(&path).ok()?;
    let lines = text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .count();
    (!HEADER.contains(&lines)).then(|| {
        let what = format!(
            "the header has {lines} lines, {} to {} are right",
            HEADER.start(),
            HEADER.end()
        );
        Finding::at(
            input.relative(&path),
            1,
            what,
            "say the goal, what is given, and when it is done",
        )
    })
}

fn chapter(input: &Input, exercise: &Exercise) -> Option<Finding> {
    let path = input
        .layout
        .book()
        .join("src")
        .join(exercise.chapter_source());
    let words = prose_words(&input.read(&path).ok()?);
    (!CHAPTER.contains(&words)).then(|| {
        let what = format!(
            "the chapter has {words} words, {} to {} are right",
            CHAPTER.start(),
            CHAPTER.end()
        );
        Finding::in_file(
            input.relative(&path),
            what,
            "one idea a chapter, one problem first",
        )
    })
}

/// Words outside of code blocks and of what a preprocessor expands.
fn prose_words(markdown: &str) -> usize {
    super::words::prose(markdown)
        .map(|(_, line)| {
            line.split_whitespace()
                .filter(|word| !word.starts_with("{{"))
                .count()
        })
        .sum()
}

fn lines_at_most(relative: &Path, text: &str, most: usize, repair: &str) -> Option<Finding> {
    let lines = text.lines().count();
    (lines > most).then(|| {
        let what = format!("{lines} lines, at most {most} are allowed");
        Finding::at(relative, most + 1, what, repair)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    #[test]
    fn a_good_course_keeps_its_sizes() {
        assert_eq!(check(&Fixture::good().input()), []);
    }

    #[test]
    fn a_long_function_is_named_at_its_line() {
        let fixture = Fixture::good();
        let body = "    run();\n".repeat(FUNCTION);
        let short = "fn short() {}\n".repeat(20);
        fixture.write(
            "crates/a/src/lib.rs",
            &format!("\nfn long() {{\n{body}}}\n{short}"),
        );
        assert_eq!(fixture.paths(check), ["crates/a/src/lib.rs:2"]);
    }

    #[test]
    fn a_file_an_exercise_and_a_test_that_grew_are_named() {
        let fixture = Fixture::good();
        fixture.write("crates/a/src/lib.rs", &"// line\n".repeat(FILE + 1));
        let source = "exercises/01_sample/src/lib.rs";
        fixture.write(
            source,
            &format!("{}{}", "//! Header.\n".repeat(5), "// line\n".repeat(81)),
        );
        fixture.write(
            "exercises/01_sample/tests/verify.rs",
            &"// line\n".repeat(VERIFY + 1),
        );
        assert_eq!(
            fixture.paths(check),
            [
                "crates/a/src/lib.rs:501",
                "exercises/01_sample/src/lib.rs:86",
                "exercises/01_sample/tests/verify.rs:81"
            ]
        );
    }

    #[test]
    fn a_header_and_a_chapter_of_the_wrong_length_are_named() {
        let fixture = Fixture::good();
        fixture.write("exercises/01_sample/src/lib.rs", "//! Short.\n");
        fixture.write("book/src/part1/01-sample.md", &"word ".repeat(901));
        assert_eq!(
            fixture.paths(check),
            [
                "exercises/01_sample/src/lib.rs:1",
                "book/src/part1/01-sample.md"
            ]
        );
    }

    #[test]
    fn code_is_no_prose() {
        assert_eq!(
            prose_words("One {{#task 05}} two.\n\n```rust\nthree four\n```\nfive\n"),
            4
        );
    }

    #[test]
    fn functions_that_are_mostly_long_are_named() {
        assert_eq!(spread(&mut [1, 2, 3, 4]), []);
        let found = spread(&mut [1, 11, 11, 50]);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn what_is_no_rust_is_said() {
        let fixture = Fixture::good();
        fixture.write("crates/a/src/lib.rs", "fn (");
        assert_eq!(fixture.paths(check), ["crates/a/src/lib.rs:1"]);
    }
}
