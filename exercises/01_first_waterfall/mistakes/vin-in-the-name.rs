//! code: id-in-name
//! why: the car is easy to find in a list of names, until there are as many names as cars

use marketplace::{Car, Market};
use tracing::info_span;

/// Finds the cars that match `query`, the best offer first.
pub fn search(market: &Market, query: &str) -> Vec<Car> {
    let _search = info_span!("search cars").entered();
    let found = info_span!("find listings").in_scope(|| market.find_listings(query));
    let valued = info_span!("value cars").in_scope(|| market.value(found));
    let first = valued.first().map_or("none", |car| car.vin.as_str());
    let name = format!("score cars {first}");
    info_span!("score cars", otel.name = name).in_scope(|| market.score(valued))
}
