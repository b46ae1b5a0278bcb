//! code: wrong-attribute
//! why: `#[instrument]` needs no more than a name to compile, and each argument becomes an attribute

use marketplace::{Car, Market};
use tracing::instrument;

/// Finds the cars that match `query`, the best offer first.
#[instrument(name = "search cars")]
pub fn search(market: &Market, query: &str) -> Vec<Car> {
    let found = find(market, query);
    let valued = value(market, found);
    score(market, valued)
}

#[instrument(name = "find listings")]
fn find(market: &Market, query: &str) -> Vec<Car> {
    market.find_listings(query)
}

#[instrument(name = "value cars")]
fn value(market: &Market, cars: Vec<Car>) -> Vec<Car> {
    market.value(cars)
}

#[instrument(name = "score cars")]
fn score(market: &Market, cars: Vec<Car>) -> Vec<Car> {
    market.score(cars)
}
