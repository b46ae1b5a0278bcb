//! Each search is a trace of its own, and each step has a span that is open while the step runs.

use std::cell::RefCell;

use marketplace::{Journal, Market};
use testkit::{Fact, Seen, Span, exercise, expect_eq, facts::covered};

const SHAPE: &str = include_str!("../expected.shape");

/// Two customers search, one after the other, each in a market of their own.
fn two_searches() -> Vec<(Vec<u32>, Journal)> {
    let search = |query| {
        let market = Market::open();
        let cars = first_waterfall::search(&market, query);
        let ids = cars.iter().map(|car| car.id).collect();
        (ids, market.journal())
    };
    ["golf", "passat"].map(search).into()
}

#[test]
fn each_search_is_one_trace_and_each_step_has_its_span() {
    let done = RefCell::new(Vec::new());
    exercise!()
        .call("search", two_searches)
        .expect(|answers| {
            let (ids, journals): (Vec<_>, Vec<_>) = answers.iter().cloned().unzip();
            done.replace(journals);
            let golfs = vec![2, 8, 11, 7, 12, 3, 5, 13, 9, 15, 1, 17];
            let passats = vec![4, 16, 19, 10];
            let why = "a search must still find the same cars, the best offer first";
            expect_eq(ids, [golfs, passats], why)
        })
        .fact(|seen| {
            done.borrow()
                .iter()
                .try_for_each(|done| all_covered(seen, done))
        })
        .verdict(SHAPE);
}

/// The search and each of its steps have a span that is open while they run.
fn all_covered(seen: &Seen, done: &Journal) -> Fact {
    let has_children = |root: &&Span| {
        let mut others = seen.spans().iter();
        others.any(|span| span.parent_span_id == Some(root.span_id))
    };
    let mut roots = seen.named("search cars");
    roots.retain(has_children); // A root that has lost its steps is for the shape to tell.
    covered(&roots, done.span().as_slice())?;
    let mut steps = done.entries().iter();
    steps.try_for_each(|step| covered(&seen.named(&step.work), &done.times(&step.work)))
}
