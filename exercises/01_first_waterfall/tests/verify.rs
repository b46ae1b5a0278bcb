//! Each search is a trace of its own, and each step has a span that is open while the step runs.

use std::cell::RefCell;

use marketplace::{Journal, Market};
use testkit::{
    Code, Fact, Seen, Span, about_span, exercise, expect_eq,
    facts::{closed_during, covered},
};

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
        .fact(|seen| seen.spans().iter().try_for_each(no_whole_argument))
        .verdict(SHAPE);
}

/// The search and each of its steps have a span that is open while they run; that of a step is closed
/// while another step runs.
fn all_covered(seen: &Seen, done: &Journal) -> Fact {
    let is_child = |span: &Span, root: &Span| span.parent_span_id == Some(root.span_id);
    let mut roots = seen.named("search cars");
    // A root that has lost its steps is for the shape to tell.
    roots.retain(|root| seen.spans().iter().any(|span| is_child(span, root)));
    covered(&roots, done.span().as_slice())?;
    for step in done.entries() {
        let others = done
            .entries()
            .iter()
            .filter(|other| other.work != step.work);
        let others = others.map(|it| (&*it.work, (it.start_unix_nano, it.end_unix_nano)));
        let mut spans = seen.named(&step.work);
        covered(&spans, &done.times(&step.work))?;
        spans.retain(|span| roots.iter().any(|root| is_child(span, root)));
        closed_during(&spans, &others.collect::<Vec<_>>())?;
    }
    Ok(())
}

/// No attribute is a whole argument, as `Debug` prints it: each car with its number, the journal.
fn no_whole_argument(span: &Span) -> Fact {
    let mut attributes = span.attributes.iter();
    let Some((key, _)) = attributes.find(|(_, value)| value.to_string().contains(" { ")) else {
        return Ok(());
    };
    let name = &span.name;
    let message = format!(
        "`{name}` has an attribute `{key}` that holds a whole argument, with all that it prints: \
         `skip_all` leaves arguments out"
    );
    Err(about_span(Code::WrongAttribute, span, message).into())
}
