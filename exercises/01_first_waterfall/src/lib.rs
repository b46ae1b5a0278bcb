//! A search takes ten milliseconds, and nobody can say which step takes them.
//!
//! Given: a search that works, in silence. The pipeline behind `tracing` is set up by the test.
//! Goal: a waterfall for each search, one bar for the whole and one for each step.
//! Done when: each call of `search` is one trace; its root is named `search cars`; below it are
//! `find listings`, `value cars` and `score cars`, each of them open while its step runs.
//!
//! A name says what kind of work it is, and is the same in each search. An attribute may say what
//! differs; a whole argument, with all that it prints, is none.

use marketplace::{Car, Market};
#[allow(unused_imports, reason = "for the gaps")]
use tracing::instrument;

// ANCHOR: search
/// Finds the cars that match `query`, the best offer first.
// TODO(01.1): make a span, `search cars`, that is open for the whole search
// END(01.1)
pub fn search(market: &Market, query: &str) -> Vec<Car> {
    let found = find(market, query);
    let valued = value(market, found);
    score(market, valued)
}
// ANCHOR_END: search

// ANCHOR: steps
// TODO(01.2): make a span, `find listings`, for this step
// END(01.2)
fn find(market: &Market, query: &str) -> Vec<Car> {
    market.find_listings(query)
}

// TODO(01.3): make a span, `value cars`, for this step
// END(01.3)
fn value(market: &Market, cars: Vec<Car>) -> Vec<Car> {
    market.value(cars)
}

// TODO(01.4): make a span, `score cars`, for this step
// END(01.4)
fn score(market: &Market, cars: Vec<Car>) -> Vec<Car> {
    market.score(cars)
}
// ANCHOR_END: steps
