//! Judging: align, then say what is wrong, each root cause once.

mod align;
mod callers;
mod children;
mod cost;
mod distance;
mod expected;
mod findings;
mod hungarian;
mod lookup;
mod rows;
mod tree;

use trace_model::Forest;

use crate::{Evidence, Report, Shape};

/// Holds `forest` against `shape`, with what the harness saw beside it.
///
/// The same spans in any order and under any ids give the same codes and rows. Nothing panics on
/// cycles, duplicates or missing parents.
#[must_use]
pub fn judge(shape: &Shape, forest: &Forest, evidence: &Evidence) -> Report {
    let callers = callers::Callers::new(evidence);
    let tree = tree::Tree::new(forest, shape, &callers);
    let expected = expected::Expected::new(shape);
    let alignment = align::Alignment::new(&expected, &tree);
    let case = findings::Case::new(&expected, &tree, evidence, alignment);
    let findings = findings::all(&case);
    let (diagnoses, shown) = findings::merge(findings);
    Report {
        rows: rows::rows(&case, &shown, &diagnoses),
        diagnoses,
        trace_ids: forest.trace_ids(),
    }
}

/// Holds `yours` against `reference`: the same as judging `yours` by [`Shape::from_forest`].
///
/// What differs between two runs of one program (ids, large numbers, places in the code) is not
/// compared; see there.
#[must_use]
pub fn compare(reference: &Forest, yours: &Forest) -> Report {
    judge(&Shape::from_forest(reference), yours, &Evidence::default())
}
