//! Code sliced from files that compile.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde::Deserialize;

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
    let text = source(course.layout().root(), path).map_err(|error| {
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

/// The text of a file. An exercise is shown as it is for somebody who begins: on disk its reader works
/// in it, and may have taken the anchors out.
fn source(root: &Path, path: &str) -> io::Result<String> {
    match at_the_start(root, path) {
        Some(text) => Ok(text),
        None => fs::read_to_string(root.join(path)),
    }
}

fn at_the_start(root: &Path, path: &str) -> Option<String> {
    let (folder, file) = path.strip_prefix("exercises/")?.split_once('/')?;
    let (number, _) = folder.split_once('_')?;
    let starters = fs::read(root.join("crates/workshop/starters.json")).ok()?;
    let starters: Vec<Starter> = serde_json::from_slice(&starters).ok()?;
    let mut found = starters.into_iter().filter(|one| one.number == number);
    found.next()?.files.remove(file)
}

/// What counts of an entry of `starters.json`, which `cargo author regen` writes.
#[derive(Deserialize)]
struct Starter {
    number: String,
    files: BTreeMap<String, String>,
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
const MARKS: [&str; 3] = ["ANCHOR:", "ANCHOR_END:", "END("];

fn to_margin(lines: &[&str]) -> String {
    let is_mark = |line: &str| {
        let comment = course::whole_comment(line).and_then(|text| text.strip_prefix(' '));
        comment.is_some_and(|text| MARKS.iter().any(|mark| text.starts_with(mark)))
    };
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
    fn an_exercise_is_shown_as_it_was_whatever_its_reader_made_of_it() {
        let root = tempfile::tempdir().unwrap();
        let path = "exercises/05_tasks/src/lib.rs";
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(path, "solved");
        assert_eq!(source(root.path(), path).unwrap(), "solved");
        let starters = r#"[{"number": "05", "slug": "tasks", "files": {"src/lib.rs": "open"}}]"#;
        write("crates/workshop/starters.json", starters);
        assert_eq!(source(root.path(), path).unwrap(), "open");
        fs::remove_file(root.path().join(path)).unwrap();
        assert_eq!(source(root.path(), path).unwrap(), "open");
        assert!(source(root.path(), "exercises/05_tasks/src/other.rs").is_err());
    }

    #[test]
    fn an_anchor_may_stand_in_a_comment_of_markdown() {
        let table = "<!-- ANCHOR: one -->\n| a |\n<!-- ANCHOR_END: one -->";
        assert_eq!(between(table, "one"), Some(vec!["| a |"]));
    }
}
