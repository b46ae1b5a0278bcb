//! The canonical text of a shape.

use std::fmt::{self, Write};

use super::{AttributeRule, EventRule, Line, Shape, StatusRule, Want};

impl fmt::Display for Shape {
    /// Two spaces a level, one order of parts, quotes where they are needed. The text parses to
    /// the same shape if that nests no deeper than [`Shape::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ordered {
            f.write_str("seq\n")?;
        }
        let mut stack: Vec<(Step, usize)> = Vec::new();
        push_children(&mut stack, &self.roots, 0, self.open);
        while let Some((step, depth)) = stack.pop() {
            write!(f, "{:1$}", "", depth * 2)?;
            let Step::Line(index) = step else {
                f.write_str("...\n")?;
                continue;
            };
            let line = &self.lines[index];
            writeln!(f, "{line}")?;
            push_children(&mut stack, &line.children, depth + 1, line.open);
        }
        Ok(())
    }
}

enum Step {
    Line(usize),
    Open,
}

fn push_children(stack: &mut Vec<(Step, usize)>, lines: &[usize], depth: usize, open: bool) {
    stack.extend(open.then_some((Step::Open, depth)));
    stack.extend(lines.iter().rev().map(|line| (Step::Line(*line), depth)));
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let optional = (self.min, self.max) == (0, Some(1));
        f.write_str(if optional { "? " } else { "" })?;
        f.write_str(if self.deep { ">> " } else { "" })?;
        match &self.service {
            Some(service) => write_word(f, service)?,
            None => f.write_char('*')?,
        }
        write!(f, " {} ", self.kind.map_or("*", |kind| kind.as_str()))?;
        match &self.name {
            Some(name) => write_quoted(f, name)?,
            None => f.write_char('*')?,
        }
        write_count(f, self.min, self.max)?;
        write_attributes(f, &self.attributes)?;
        if self.status != StatusRule::NoError {
            write!(f, " !{}", self.status.as_str())?;
        }
        self.events
            .iter()
            .try_for_each(|event| write!(f, " {event}"))?;
        f.write_str(if self.ordered { " seq" } else { "" })?;
        if let Some(label) = &self.label {
            write!(f, " as {label}")?;
        }
        self.links
            .iter()
            .try_for_each(|label| write!(f, " ~> {label}"))?;
        f.write_str(if self.open_links { " ~> ..." } else { "" })
    }
}

fn write_count(f: &mut fmt::Formatter<'_>, min: usize, max: Option<usize>) -> fmt::Result {
    match (min, max) {
        (0 | 1, Some(1)) => Ok(()),
        (min, Some(max)) if min == max => write!(f, " x{min}"),
        (min, Some(max)) => write!(f, " x{min}..{max}"),
        (min, None) => write!(f, " x{min}..*"),
    }
}

impl fmt::Display for EventRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('*')?;
        write_word(f, &self.name)?;
        write_attributes(f, &self.attributes)
    }
}

fn write_attributes(f: &mut fmt::Formatter<'_>, rules: &[AttributeRule]) -> fmt::Result {
    for (index, rule) in rules.iter().enumerate() {
        f.write_str(if index == 0 { " {" } else { ", " })?;
        write_word(f, &rule.key)?;
        match &rule.want {
            Want::Present => {}
            // Bare it would be a number.
            Want::Text(text) if matches!(Want::value_of(&rule.key, text), Want::Int(_)) => {
                f.write_char('=')?;
                write_quoted(f, text)?;
            }
            Want::Text(text) => write_value(f, text)?,
            Want::Int(number) => write!(f, "={number}")?,
            Want::Same(name) => write!(f, "=${name}")?,
            Want::Match(pattern) => {
                write!(f, "~/{}/", pattern.source())?;
                if !pattern.example_is_found() {
                    f.write_str(" e.g. ")?;
                    write_quoted(f, pattern.example())?;
                }
            }
        }
    }
    f.write_str(if rules.is_empty() { "" } else { "}" })
}

fn write_value(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let plain = |c: char| c.is_alphanumeric() || "-_./:+@*<>()[]?&%!".contains(c);
    f.write_char('=')?;
    if !text.is_empty() && text.chars().all(plain) {
        f.write_str(text)
    } else {
        write_quoted(f, text)
    }
}

/// Whether a service, key, label or event name needs no quotes.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_word_char)
}

/// The characters of a word that needs no quotes.
pub(super) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || "-_./:".contains(c)
}

fn write_word(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if is_word(text) {
        f.write_str(text)
    } else {
        write_quoted(f, text)
    }
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            c if c.is_control() => write!(f, "\\u{{{:x}}}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
