//! A program delivers its spans before it ends, and says how many it could not deliver.

mod night;

use std::cell::RefCell;

use marketplace::{Journal, Market};
use testkit::{exercise, expect_eq};

const QUIET: &str = include_str!("../expected.shape");
/// A loud one: how many arrive is not known before.
const FLOOD: &str = "repricing internal \"reprice car\" x0..72";

/// What the program says ended and arrived, and what it really did.
type Answer = Result<(u64, u64, Journal), String>;

fn reprice(rounds: usize) -> Answer {
    let market = Market::open();
    let told = nothing_arrived::reprice(&market, rounds).map_err(|error| error.to_string())?;
    Ok((told.ended, told.arrived, market.journal()))
}

#[test]
fn after_a_quiet_night_every_span_has_arrived() {
    exercise!()
        .program("repricing", || reprice(1))
        .expect(|answer| prices(answer, 12))
        .verdict(QUIET);
}

#[test]
fn after_a_flood_the_program_says_how_many_spans_arrived() {
    let answer = RefCell::new((0, Journal::default()));
    exercise!()
        .program("repricing", || reprice(6))
        .expect(|told| {
            let (_, arrived, done) = told.clone()?;
            answer.replace((arrived, done));
            prices(told, 72)
        })
        .fact(|seen| night::honest(answer.borrow().0, seen.spans().len()))
        .fact(|seen| night::cheap(&answer.borrow().1).and_then(|()| night::asked_for(seen)))
        .verdict(FLOOD);
}

/// All prices were changed, each with a span.
fn prices(answer: &Answer, number: usize) -> Result<(), String> {
    let (ended, _, done) = answer.as_ref().map_err(Clone::clone)?;
    let changed = done.of("reprice car").count();
    let why = "every price must still be changed, each with its span";
    expect_eq((changed, *ended), (number, number as u64), why)
}
