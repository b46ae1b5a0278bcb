//! code: lost-context
//! why: `let _ = …` drops the guard in the same line, so that nothing is current when the steps begin

use marketplace::{Car, Market};
use tracing::info_span;

/// Finds the cars that match `query`, the best offer first.
pub fn search(market: &Market, query: &str) -> Vec<Car> {
    let _ = info_span!("search cars").entered();
    let found = find(market, query);
    let valued = value(market, found);
    score(market, valued)
}

#[tracing::instrument(name = "find listings", skip_all)]
fn find(market: &Market, query: &str) -> Vec<Car> {
    market.find_listings(query)
}

#[tracing::instrument(name = "value cars", skip_all)]
fn value(market: &Market, cars: Vec<Car>) -> Vec<Car> {
    market.value(cars)
}

#[tracing::instrument(name = "score cars", skip_all)]
fn score(market: &Market, cars: Vec<Car>) -> Vec<Car> {
    market.score(cars)
}
