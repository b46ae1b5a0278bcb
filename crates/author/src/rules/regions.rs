//! Starter and solution are the same file but for the gaps, and anchors come in pairs.
//!
//! A gap begins with a line that holds `TODO(05.1)` in the starter, `DONE(05.1)` in the solution, and
//! ends with one that holds `END(05.1)` in both.

use std::path::{Path, PathBuf};

use course::Exercise;
use walkdir::WalkDir;

use crate::{Finding, Input};

pub(super) fn check(input: &Input) -> Vec<Finding> {
    let of_one = |exercise| of_exercise(input, exercise);
    input.exercises.iter().flat_map(of_one).collect()
}

fn of_exercise(input: &Input, exercise: &Exercise) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in sources(&exercise.dir) {
        let (starter, solution) = (
            exercise.dir.join(&file),
            input.solution(exercise).join(&file),
        );
        // A solution that is missing is another rule's finding.
        let (Ok(before), Ok(after)) = (input.read(&starter), input.read(&solution)) else {
            continue;
        };
        let (starter, solution) = (input.relative(&starter), input.relative(&solution));
        findings.extend(anchors(&starter, &before));
        findings.extend(anchors(&solution, &after));
        match (
            outside(&starter, &before, "TODO("),
            outside(&solution, &after, "DONE("),
        ) {
            (Ok(before), Ok(after)) => findings.extend(difference(&solution, &before, &after)),
            (before, after) => findings.extend([before.err(), after.err()].into_iter().flatten()),
        }
    }
    findings
}

/// The sources below `src`, in whatever language, from the exercise's folder.
pub(super) fn sources(dir: &Path) -> Vec<PathBuf> {
    WalkDir::new(dir.join("src"))
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| course::is_source(entry.path()))
        .filter_map(|entry| Some(entry.path().strip_prefix(dir).ok()?.to_owned()))
        .collect()
}

/// A line outside of the gaps, or a gap as a whole.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Line(&'a str),
    Gap(&'a str),
}

fn outside<'a>(
    path: &Path,
    text: &'a str,
    begin: &str,
) -> Result<Vec<(usize, Piece<'a>)>, Finding> {
    let mut pieces = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        match (open, name_after(line, begin), name_after(line, "END(")) {
            (None, Some(name), _) => {
                open = Some((number, name));
                pieces.push((number, Piece::Gap(name)));
            }
            (Some((_, gap)), None, Some(name)) if gap == name => open = None,
            (None, None, Some(name)) => return Err(unpaired(path, number, name)),
            (Some(_), Some(name), _) | (Some(_), _, Some(name)) => {
                return Err(unpaired(path, number, name));
            }
            (Some(_), None, None) => {}
            (None, None, None) => pieces.push((number, Piece::Line(line))),
        }
    }
    match open {
        Some((number, name)) => Err(unpaired(path, number, name)),
        None => Ok(pieces),
    }
}

fn unpaired(path: &Path, line: usize, name: &str) -> Finding {
    let what = format!("the gap {name} has no beginning or no end of its own");
    let repair =
        format!("`// TODO({name})` (`DONE` in the solution) above it, `// END({name})` below");
    Finding::at(path, line, what, repair)
}

/// `05.1` in `// TODO(05.1): …`, or in `% TODO(05.1): …`; only a name that begins with a digit counts.
fn name_after<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    let (name, _) = course::comment(line)?.split_once(mark)?.1.split_once(')')?;
    name.starts_with(|first: char| first.is_ascii_digit())
        .then_some(name)
}

fn difference(
    solution: &Path,
    before: &[(usize, Piece<'_>)],
    after: &[(usize, Piece<'_>)],
) -> Option<Finding> {
    let same = before
        .iter()
        .zip(after)
        .take_while(|((_, a), (_, b))| a == b)
        .count();
    if same == before.len() && same == after.len() {
        return None;
    }
    let line = after
        .get(same)
        .or(after.last())
        .map_or(0, |(line, _)| *line);
    let other = before
        .get(same)
        .or(before.last())
        .map_or(0, |(line, _)| *line);
    let what = format!("differs from line {other} of the starter, outside of the gaps");
    let repair = "make them alike, or move the gap's marks around what differs";
    Some(Finding::at(solution, line, what, repair))
}

/// Every `ANCHOR: name` has its `ANCHOR_END: name` below it, once.
fn anchors(path: &Path, text: &str) -> Vec<Finding> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some((_, name)) = line.split_once("ANCHOR: ") {
            open.push((index + 1, name.trim()));
        } else if let Some((_, name)) = line.split_once("ANCHOR_END: ") {
            match open.iter().position(|(_, begun)| *begun == name.trim()) {
                Some(begun) => drop(open.remove(begun)),
                None => findings.push(lonely_anchor(path, index + 1, name)),
            }
        }
    }
    let unclosed = open
        .iter()
        .map(|(line, name)| lonely_anchor(path, *line, name));
    findings.extend(unclosed);
    findings
}

fn lonely_anchor(path: &Path, line: usize, name: &str) -> Finding {
    let what = format!("the anchor `{name}` has no partner");
    let repair = "pair `ANCHOR: name` with `ANCHOR_END: name`: the book would show nothing";
    Finding::at(path, line, what, repair)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    const STARTER: &str = "exercises/01_sample/src/lib.rs";
    const SOLUTION: &str = "solutions/01_sample/src/lib.rs";

    #[test]
    fn what_stands_in_the_gaps_may_differ() {
        let fixture = Fixture::good();
        fixture.replace(SOLUTION, "run();", "run_in(span());");
        assert_eq!(check(&fixture.input()), []);
    }

    #[test]
    fn what_stands_outside_of_them_may_not() {
        let fixture = Fixture::good();
        fixture.replace(SOLUTION, "fn work", "pub fn work");
        assert_eq!(fixture.paths(check), [format!("{SOLUTION}:7")]);
        let fixture = Fixture::good();
        fixture.replace(STARTER, "}\n", "}\n\nfn more() {}\n");
        assert_eq!(fixture.paths(check), [format!("{SOLUTION}:11")]);
    }

    #[test]
    fn a_gap_ends_where_it_says() {
        let fixture = Fixture::good();
        fixture.replace(STARTER, "// END(01.1)", "// END(01.2)");
        assert_eq!(fixture.paths(check), [format!("{STARTER}:10")]);
        let fixture = Fixture::good();
        fixture.replace(SOLUTION, "// END(01.1)", "");
        assert_eq!(fixture.paths(check), [format!("{SOLUTION}:8")]);
    }

    #[test]
    fn a_gap_is_marked_as_done_in_the_solution() {
        let fixture = Fixture::good();
        fixture.replace(SOLUTION, "DONE", "TODO");
        assert_eq!(fixture.paths(check), [format!("{SOLUTION}:10")]);
    }

    #[test]
    fn anchors_come_in_pairs() {
        let text = "// ANCHOR: a\n// ANCHOR: b\n// ANCHOR_END: a\n// ANCHOR_END: c\n";
        let lines: Vec<_> = anchors(Path::new("a.rs"), text)
            .iter()
            .map(|found| found.line)
            .collect();
        assert_eq!(lines, [4, 2]);
    }
}
