//! Directives in Markdown, line by line.

use std::path::Path;

use crate::{
    Course, Problem,
    directive::{self, Place},
};

/// A chapter with its directives replaced.
#[derive(Debug, Default)]
pub(crate) struct Expanded {
    pub(crate) text: String,
    pub(crate) problems: Vec<Problem>,
}

/// Directives that mdBook replaces itself.
const OF_MDBOOK: [&str; 4] = ["include", "playground", "rustdoc_include", "title"];

/// Replaces the directives of `text`. Where one cannot be replaced the page says so in its place,
/// so that a reader loses a picture and not the book.
pub(crate) fn expand(course: &Course, file: &Path, text: &str) -> Expanded {
    let mut expanded = Expanded::default();
    let mut fence = Fence::default();
    for (index, line) in text.lines().enumerate() {
        let in_code = fence.pass(line);
        let place = Place {
            file,
            line: index + 1,
            in_code,
        };
        match directive_of(line) {
            Some((name, arguments)) if !OF_MDBOOK.contains(&name) => {
                replace(course, &mut expanded, place, name, arguments);
            }
            _ => {
                expanded.problems.extend(not_alone(line, &place));
                expanded.text.push_str(line);
            }
        }
        expanded.text.push('\n');
    }
    expanded
}

fn replace(course: &Course, into: &mut Expanded, place: Place, name: &str, arguments: &str) {
    match directive::render(course, &place, name, arguments) {
        Ok(text) => into.text.push_str(&text),
        Err(problem) => {
            let what = problem.what.replace(['\n', '`'], " ");
            into.text.push_str(&match place.in_code {
                true => format!("// {what}"),
                false => format!("\n> [!WARNING]\n> This part of the page is missing: {what}.\n"),
            });
            into.problems.push(problem);
        }
    }
}

/// Name and arguments of a directive that has the line for itself.
pub(crate) fn directive_of(line: &str) -> Option<(&str, &str)> {
    let inside = line.trim().strip_prefix("{{#")?.strip_suffix("}}")?;
    if inside.contains("{{") {
        return None;
    }
    let (name, arguments) = inside
        .split_once(char::is_whitespace)
        .unwrap_or((inside, ""));
    Some((name, arguments.trim()))
}

/// A directive of ours among other words would be printed as it is.
fn not_alone(line: &str, place: &Place) -> Option<Problem> {
    let inside = line
        .split("{{#")
        .nth(1)
        .filter(|_| !line.contains("`{{#"))?;
    let name = inside.split([' ', '}']).next()?;
    let ours = directive::NAMES.contains(&name);
    ours.then(|| {
        let what = format!("`{{{{#{name}` shares its line with other text");
        place.problem(what, "give the directive a line of its own")
    })
}

/// Whether a line lies in a fenced code block.
#[derive(Default)]
pub(crate) struct Fence(Option<String>);

impl Fence {
    /// Takes the next line and says whether it is code (the fences themselves are not).
    pub(crate) fn pass(&mut self, line: &str) -> bool {
        let line = line.trim_start_matches([' ', '>']);
        match &self.0 {
            None => {
                self.0 = opening(line);
                false
            }
            Some(mark)
                if line.starts_with(mark.as_str())
                    && line.trim_end_matches(['`', '~', ' ']).is_empty() =>
            {
                self.0 = None;
                false
            }
            Some(_) => true,
        }
    }
}

fn opening(line: &str) -> Option<String> {
    let mark = line
        .chars()
        .next()
        .filter(|char| matches!(char, '`' | '~'))?;
    let run: String = line.chars().take_while(|char| *char == mark).collect();
    (run.len() >= 3).then_some(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_has_its_line_for_itself() {
        assert_eq!(directive_of("  {{#task tasks}} "), Some(("task", "tasks")));
        assert_eq!(
            directive_of("{{#trace tasks failing}}"),
            Some(("trace", "tasks failing"))
        );
        assert_eq!(directive_of("{{#codes}}"), Some(("codes", "")));
        assert_eq!(directive_of("see {{#task tasks}}"), None);
    }

    #[test]
    fn code_is_told_from_text() {
        let lines = [
            "a", "```rust", "b", "~~~", "```", "c", "> ````", "> ```", "> ````", "d",
        ];
        let mut fence = Fence::default();
        let code: Vec<_> = lines.into_iter().filter(|line| fence.pass(line)).collect();
        assert_eq!(code, ["b", "~~~", "> ```"]);
    }
}
