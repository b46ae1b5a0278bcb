//! A place in one line, and the small things that are read there.

use crate::shape::{ShapeError, print::is_word_char};

/// A place in one line of the text.
#[derive(Clone)]
pub(super) struct Cursor<'t> {
    number: usize,
    whole: &'t str,
    rest: &'t str,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(number: usize, whole: &'t str) -> Self {
        let rest = whole;
        Self {
            number,
            whole,
            rest,
        }
    }

    /// An error at this place.
    pub(super) fn error(&self, message: impl Into<String>) -> ShapeError {
        let before = &self.whole[..self.whole.len() - self.rest.len()];
        ShapeError {
            line: self.number,
            column: before.chars().count() + 1,
            message: message.into(),
        }
    }

    /// Skips the spaces at the beginning and counts them.
    pub(super) fn indentation(&mut self) -> Result<usize, ShapeError> {
        let indent = self.rest.len() - self.rest.trim_start_matches(' ').len();
        self.rest = &self.rest[indent..];
        if self.rest.starts_with('\t') {
            return Err(self.error("indent with spaces: a tab has no fixed width"));
        }
        Ok(indent)
    }

    pub(super) fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Whether nothing is left but a comment.
    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty() || self.rest.starts_with('#')
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    /// Takes `text` if it stands here.
    pub(super) fn takes(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes the whole word `text` if it stands here.
    pub(super) fn takes_word(&mut self, text: &str) -> bool {
        let ends = |rest: &str| !rest.starts_with(is_word_char);
        let is_here = self.rest.strip_prefix(text).is_some_and(ends);
        is_here && self.takes(text)
    }

    /// The word that stands here; empty where none does.
    pub(super) fn word(&mut self) -> &'t str {
        let end = self.rest.find(|c| !is_word_char(c));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    /// What stands here up to the next space, for messages.
    pub(super) fn glimpse(&self) -> &'t str {
        self.rest.split_whitespace().next().unwrap_or_default()
    }

    /// A word, or a text in quotes.
    pub(super) fn word_or_quoted(&mut self, what: &str) -> Result<String, ShapeError> {
        if self.peek() == Some('"') {
            return self.quoted();
        }
        match self.word() {
            "" => Err(self.error(format!(
                "{what} is missing here: write a word, or \"a text\""
            ))),
            word => Ok(word.to_owned()),
        }
    }

    /// A text in quotes, with `\"`, `\\`, `\n`, `\t` and `\u{…}`.
    pub(super) fn quoted(&mut self) -> Result<String, ShapeError> {
        let start = self.clone();
        let mut text = String::new();
        self.next();
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape()?),
                Some(c) => text.push(c),
                None => {
                    return Err(start.error("this quote is never closed: write `\"` at its end"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, ShapeError> {
        let place = self.clone();
        let known = match self.next() {
            Some(c @ ('"' | '\\')) => Some(c),
            Some('n') => Some('\n'),
            Some('t') => Some('\t'),
            Some('u') => self.code_point(),
            _ => None,
        };
        known.ok_or_else(|| {
            place.error("only `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}` can follow a backslash")
        })
    }

    fn code_point(&mut self) -> Option<char> {
        let (hex, rest) = self.rest.strip_prefix('{')?.split_once('}')?;
        self.rest = rest;
        u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)
    }

    /// A bare value: up to a comma or brace that is not within braces of its own, as in `/cars/{id}`.
    pub(super) fn bare_value(&mut self) -> &'t str {
        let mut depth = 0_usize;
        let ends = |c: char| match c {
            '{' => {
                depth += 1;
                false
            }
            '}' | ',' if depth == 0 => true,
            '}' => {
                depth -= 1;
                false
            }
            _ => false,
        };
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (value, rest) = self.rest.split_at(end);
        self.rest = rest;
        value.trim()
    }

    /// The source of a pattern, up to the `/` that closes it; `\/` stands for a slash.
    pub(super) fn pattern(&mut self) -> Result<&'t str, ShapeError> {
        let start = self.clone();
        let mut escaped = false;
        let closes = |c: char| {
            let closes = c == '/' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        };
        let Some(end) = self.rest.find(closes) else {
            return Err(start.error("this pattern is never closed: write `/` at its end"));
        };
        let source = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        Ok(source)
    }
}
