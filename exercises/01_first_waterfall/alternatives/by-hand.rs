//! Spans by hand: a guard for the whole, a scope for each step.

use marketplace::{Car, Market};
use tracing::info_span;

/// Finds the cars that match `query`, the best offer first.
pub fn search(market: &Market, query: &str) -> Vec<Car> {
    let _search = info_span!("search cars", workshop.query = query).entered();
    let found = info_span!("find listings").in_scope(|| market.find_listings(query));
    let valued = info_span!("value cars").in_scope(|| market.value(found));
    info_span!("score cars").in_scope(|| market.score(valued))
}
