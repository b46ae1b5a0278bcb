//! Code blocks fit the page.

use std::path::Path;

use super::sources::{Chapter, lines};
use crate::{
    Course, Problem,
    directive::{Place, slice},
    expand::{Fence, directive_of},
};

/// Columns of a code block that need no scrolling on a page.
const WIDEST: usize = 85;

/// Lines of code, written or sliced, that are wider than the page.
pub(super) fn check(course: &Course, chapter: &Chapter) -> Vec<Problem> {
    let code = lines(&chapter.text).filter(|(_, in_code, _)| *in_code);
    let mut problems: Vec<Problem> = code
        .filter_map(|(line, _, text)| too_wide(&chapter.file, line, text, "the code"))
        .collect();
    let mut fence = Fence::default();
    for (index, line) in chapter.text.lines().enumerate() {
        let place = Place {
            file: &chapter.file,
            line: index + 1,
            in_code: fence.pass(line),
        };
        if let Some(("slice", target)) = directive_of(line)
            && let Ok(text) = slice(course, &place, target)
        {
            let wide = text
                .lines()
                .filter_map(|line| too_wide(place.file, place.line, line, target));
            problems.extend(wide);
        }
    }
    problems
}

fn too_wide(file: &Path, line: usize, text: &str, whose: &str) -> Option<Problem> {
    let width = text.chars().count();
    (width > WIDEST).then(|| {
        let what = format!("a line of {whose} has {width} columns");
        Problem::new(
            file,
            line,
            what,
            format!("break it: {WIDEST} columns fit the page"),
        )
    })
}
