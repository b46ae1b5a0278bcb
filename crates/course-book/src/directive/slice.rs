//! Code sliced from files that compile.

use std::fs;

use super::Place;
use crate::{Course, Problem};

/// The lines of `path:anchor` between `ANCHOR: anchor` and `ANCHOR_END: anchor`, or all of `path`,
/// moved to the left margin. Paths start at the root of the checkout.
pub(crate) fn slice(course: &Course, place: &Place, arguments: &str) -> Result<String, Problem> {
    if !place.in_code {
        return Err(place.problem(
            "a slice stands outside of a code block",
            "put it in a fence",
        ));
    }
    let (path, anchor) = match arguments.split_once(':') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (arguments, None),
    };
    let full = course.layout().root().join(path);
    let text = fs::read_to_string(&full).map_err(|error| {
        place.problem(
            format!("cannot read {path}: {error}"),
            "name a file below the root",
        )
    })?;
    let lines = match anchor {
        Some(anchor) => between(&text, anchor).ok_or_else(|| {
            let repair = format!("put `// ANCHOR: {anchor}` and `// ANCHOR_END: {anchor}` there");
            place.problem(format!("{path} has no anchor `{anchor}`"), repair)
        })?,
        None => text.lines().collect(),
    };
    Ok(to_margin(&lines).replace("{{#", "\\{{#"))
}

/// The lines of an anchor; none where one of its ends is missing.
pub(crate) fn between<'a>(text: &'a str, anchor: &str) -> Option<Vec<&'a str>> {
    let is = |line: &str, mark: &str| {
        line.split_once(mark)
            .is_some_and(|(_, name)| name.split_whitespace().next() == Some(anchor))
    };
    let start = text.lines().position(|line| is(line, "ANCHOR:"))?;
    let rest: Vec<&str> = text.lines().skip(start + 1).collect();
    let end = rest.iter().position(|line| is(line, "ANCHOR_END:"))?;
    Some(rest[..end].to_vec())
}

/// What stands in a source for tools and not for readers: anchors, and the ends of gaps.
const MARKS: [&str; 3] = ["// ANCHOR:", "// ANCHOR_END:", "// END("];

fn to_margin(lines: &[&str]) -> String {
    let is_mark = |line: &str| MARKS.iter().any(|mark| line.contains(mark));
    let lines: Vec<&str> = lines
        .iter()
        .filter(|line| !is_mark(line))
        .copied()
        .collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let margin = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(indent)
        .min();
    let moved = lines
        .iter()
        .map(|line| line.get(margin.unwrap_or(0)..).unwrap_or_default());
    moved
        .collect::<Vec<_>>()
        .join("\n")
        .trim_matches('\n')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "a\n    // ANCHOR: one\n    b\n\n      c\n    // ANCHOR: two\n    // END(05.1)\n    // ANCHOR_END: one\nd";

    #[test]
    fn a_slice_is_moved_to_the_margin_without_anchors() {
        let lines = between(SOURCE, "one").unwrap();
        assert_eq!(to_margin(&lines), "b\n\n  c");
    }

    #[test]
    fn an_anchor_without_its_end_is_no_anchor() {
        assert_eq!(between(SOURCE, "two"), None);
        assert_eq!(between(SOURCE, "on"), None);
    }

    #[test]
    fn an_anchor_may_stand_in_a_comment_of_markdown() {
        let table = "<!-- ANCHOR: one -->\n| a |\n<!-- ANCHOR_END: one -->";
        assert_eq!(between(table, "one"), Some(vec!["| a |"]));
    }
}
