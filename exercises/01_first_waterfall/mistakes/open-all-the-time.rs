//! code: stretched
//! why: all parents are right, and each step seems to last as long as the whole search

use marketplace::{Car, Market};
use tracing::info_span;

/// Finds the cars that match `query`, the best offer first.
pub fn search(market: &Market, query: &str) -> Vec<Car> {
    let search = info_span!("search cars", workshop.query = query).entered();
    let _find = info_span!(parent: &search, "find listings").entered();
    let found = market.find_listings(query);
    let _value = info_span!(parent: &search, "value cars").entered();
    let valued = market.value(found);
    let _score = info_span!(parent: &search, "score cars").entered();
    market.score(valued)
}
