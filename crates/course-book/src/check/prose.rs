//! Words and length.

use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::sources::Chapter;
use crate::Problem;

/// Words that tell a reader who does not understand that they should.
const BELITTLING: [&str; 3] = ["simply", "obviously", "just"];
const FEWEST: usize = 250;
const MOST: usize = 900;

/// Belittling words in prose (code is free), and a length that one sitting holds.
pub(super) fn check(chapter: &Chapter) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut words = 0;
    for (line, text) in prose(&chapter.text) {
        words += text.split_whitespace().count();
        for word in belittling(&text) {
            let what = format!("`{word}` in prose");
            problems.push(Problem::new(
                &chapter.file,
                line,
                what,
                "leave the word out, or say why",
            ));
        }
    }
    problems.extend(length(chapter, words));
    problems
}

fn belittling(text: &str) -> Vec<String> {
    let words = text
        .split(|char: char| !char.is_alphanumeric())
        .map(str::to_lowercase);
    words
        .filter(|word| BELITTLING.contains(&word.as_str()))
        .collect()
}

/// Lessons keep both bounds; a page to look things up in may be short.
fn length(chapter: &Chapter, words: usize) -> Option<Problem> {
    let is_lesson = chapter
        .name
        .parent()
        .is_some_and(|parent| parent != Path::new(""));
    let (what, repair) = if words > MOST {
        (
            "too long",
            "keep one idea and move the rest to a chapter of its own",
        )
    } else if is_lesson && words < FEWEST {
        (
            "too short",
            "say what goes wrong, why, and what to do about it",
        )
    } else {
        return None;
    };
    let what = format!("{words} words are {what} for a chapter ({FEWEST} to {MOST})");
    Some(Problem::new(&chapter.file, 0, what, repair))
}

/// Texts outside of code, with their lines.
fn prose(markdown: &str) -> Vec<(usize, String)> {
    let masked = without_directives(markdown);
    let mut in_code = false;
    let mut texts = Vec::new();
    for (event, range) in Parser::new_ext(&masked, Options::all()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) if !in_code => {
                let line = masked[..range.start].matches('\n').count() + 1;
                texts.push((line, text.into_string()));
            }
            _ => {}
        }
    }
    texts
}

/// Directives become empty lines, so that they are no words and lines keep their numbers.
fn without_directives(markdown: &str) -> String {
    let keep = |line| match crate::expand::directive_of(line) {
        Some(_) => "",
        None => line,
    };
    markdown.lines().map(keep).collect::<Vec<_>>().join("\n")
}
