//! Words that help nobody who does not see it yet.

use std::path::Path;

use crate::{Finding, Input};

const BANNED: &[&str] = &["simply", "just", "obviously"];

pub(super) fn check(input: &Input) -> Vec<Finding> {
    let learner_reads = |path: &Path| {
        let relative = input.relative(path);
        let rooms = ["book/src", "exercises", "README.md"];
        rooms.iter().any(|room| relative.starts_with(room))
    };
    input
        .files(&[".md", ".toml", ".rs", ".shape"])
        .iter()
        .filter(|path| learner_reads(path))
        .flat_map(|path| in_file(input, path))
        .collect()
}

fn in_file(input: &Input, path: &Path) -> Vec<Finding> {
    let Ok(text) = input.read(path) else {
        return Vec::new();
    };
    let lines: Vec<_> = match path.extension().and_then(|ending| ending.to_str()) {
        Some("md") => prose(&text).collect(),
        Some("rs") => comments(&text).collect(),
        _ => numbered(&text).collect(),
    };
    let found = |(line, text): (usize, &str)| {
        let word = banned_word(text)?;
        let what = format!("`{word}` tells a reader who does not see it that they should");
        Some(Finding::at(
            input.relative(path),
            line,
            what,
            "leave the word out",
        ))
    };
    lines.into_iter().filter_map(found).collect()
}

fn banned_word(text: &str) -> Option<&'static str> {
    let words: Vec<_> = text
        .split(|char: char| !char.is_alphanumeric() && char != '_')
        .map(str::to_lowercase)
        .collect();
    BANNED
        .iter()
        .copied()
        .find(|banned| words.iter().any(|word| word == banned))
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

fn comments(text: &str) -> impl Iterator<Item = (usize, &str)> {
    numbered(text).filter_map(|(number, line)| {
        let start = line.find("//")?;
        Some((number, &line[start..]))
    })
}

/// The lines of Markdown outside of code blocks, with their numbers.
pub(super) fn prose(markdown: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<&str> = None;
    numbered(markdown).filter(move |(_, line)| {
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| line.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, Some(_)) => fence = mark,
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => return true,
            _ => {}
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    #[test]
    fn a_good_course_says_none_of_them() {
        assert_eq!(check(&Fixture::good().input()), []);
    }

    #[test]
    fn each_banned_word_is_named_at_its_line_where_a_learner_reads() {
        let fixture = Fixture::good();
        fixture.write(
            "book/src/a.md",
            "# A\n\nSimply run it.\n\n```\njust a word of code\n```\n",
        );
        fixture.write(
            "crates/a/README.md",
            "Nobody learns from this; just look.\n",
        );
        fixture.replace(
            "exercises/01_sample/exercise.toml",
            "It does.",
            "It does, obviously.",
        );
        fixture.write(
            "exercises/01_sample/tests/verify.rs",
            "fn just() {} // just this\n",
        );
        assert_eq!(
            fixture.paths(check),
            [
                "book/src/a.md:3",
                "exercises/01_sample/exercise.toml:12",
                "exercises/01_sample/tests/verify.rs:1"
            ]
        );
    }

    #[test]
    fn a_part_of_a_word_is_no_word() {
        assert_eq!(banned_word("adjust the justice_just"), None);
        assert_eq!(banned_word("Just."), Some("just"));
    }
}
