//! Whatever would mislead a reader: in the chapters as they are written, and in the pages as they
//! come out.

mod code;
mod html;
mod pages;
mod prose;
mod sources;

use std::path::Path;

use crate::{Course, Problem, build};

use sources::Chapters;

/// Every problem of the course's book, in order of file and line; none means that it may be read.
///
/// Chapters are checked as they are written (directives, includes, words, length, width of code,
/// place in the summary) and as pages (links, fragments, ids, images, outside requests), which
/// builds the book into a temporary folder.
#[must_use]
pub fn check(course: &Course) -> Vec<Problem> {
    let root = course.layout().root();
    let mut problems = course.broken().to_vec();
    let chapters = Chapters::read(root, &mut problems);
    for chapter in chapters.all() {
        problems.extend(sources::check(course, chapter));
        problems.extend(prose::check(chapter));
        problems.extend(code::check(course, chapter));
    }
    problems.extend(chapters.not_in_summary());
    problems.extend(chapters.styles_from_outside());
    match built(root, &chapters) {
        Ok(of_pages) => problems.extend(of_pages),
        Err(error) => {
            let repair = "repair it, then check again";
            problems.push(Problem::new(
                "book",
                0,
                format!("the book does not build: {error:#}"),
                repair,
            ));
        }
    }
    problems.sort();
    problems.dedup();
    problems
}

fn built(root: &Path, chapters: &Chapters) -> anyhow::Result<Vec<Problem>> {
    let dest = tempfile::Builder::new()
        .prefix("course-book-check-")
        .tempdir()?;
    let mut problems = build(root, dest.path())?;
    problems.extend(pages::check(dest.path(), chapters)?);
    Ok(problems)
}
