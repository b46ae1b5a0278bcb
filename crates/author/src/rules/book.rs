//! The book's own checks: directives, anchors, links, fragments, identifiers.

use course_book::{Course, Problem};

use crate::{Finding, Input};

pub(super) fn check(input: &Input) -> Vec<Finding> {
    let course = Course::load(input.layout.root());
    let finding =
        |problem: Problem| Finding::at(problem.file, problem.line, problem.what, problem.repair);
    course_book::check(&course)
        .into_iter()
        .map(finding)
        .collect()
}
