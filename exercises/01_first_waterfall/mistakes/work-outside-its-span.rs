//! code: missing-span
//! why: the names are all there, but `value cars` was closed before its work began

use marketplace::{Car, Market};
use tracing::info_span;

/// Finds the cars that match `query`, the best offer first.
pub fn search(market: &Market, query: &str) -> Vec<Car> {
    let _search = info_span!("search cars").entered();
    let found = info_span!("find listings").in_scope(|| market.find_listings(query));
    info_span!("value cars").in_scope(|| tracing::info!("the cars are valued now"));
    let valued = market.value(found);
    info_span!("score cars").in_scope(|| market.score(valued))
}
