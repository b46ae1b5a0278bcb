//! code: lost-context
//! why: `in_scope` is around the call that makes the future, which runs after it; `let _ =` drops its guard at once

use marketplace::{Car, FindError, Market, Region};
use opentelemetry::{
    Context, KeyValue, global,
    trace::{TraceContextExt, Tracer},
};
use tracing::{info_span, instrument};

/// The cars whose model is `query`, by id.
pub async fn search(market: Market, query: String) -> Vec<Car> {
    let span = info_span!("search cars", workshop.query = query);
    let asking = span.in_scope(|| ask_all(&market, &query));
    asking.await
}

/// The car with this id, and how many cars of its model the dealers have.
pub async fn show(market: Market, id: u32) -> Result<(Car, usize), FindError> {
    let tracer = global::tracer("search");
    let number = KeyValue::new("workshop.car.id", i64::from(id));
    let span = tracer.span_builder("show car").with_attributes([number]);
    let context = Context::current_with_span(span.start(&tracer));
    let _ = context.attach();
    compare(&market, id).await
}

/// Asks one source after the other.
async fn ask_all(market: &Market, query: &str) -> Vec<Car> {
    let mut found = vec![ask_dealers(market, query).await];
    for region in Region::ALL {
        found.push(ask_region(market, region, query).await);
    }
    merge(market, found)
}

async fn compare(market: &Market, id: u32) -> Result<(Car, usize), FindError> {
    let car = find_car(market, id).await?;
    let alike = ask_dealers(market, &car.model).await;
    Ok((car, alike.len()))
}

#[instrument(name = "ask dealers", skip_all)]
async fn ask_dealers(market: &Market, query: &str) -> Vec<Car> {
    market.ask_dealers(query).await
}

#[instrument(name = "ask region", skip_all, fields(workshop.region = %region))]
async fn ask_region(market: &Market, region: Region, query: &str) -> Vec<Car> {
    market.ask_region(region, query).await
}

#[instrument(name = "find car", skip_all)]
async fn find_car(market: &Market, id: u32) -> Result<Car, FindError> {
    market.find_car(id).await
}

/// A guard is right here: nothing waits while it lives.
fn merge(market: &Market, found: Vec<Vec<Car>>) -> Vec<Car> {
    let _current = info_span!("merge cars").entered();
    market.merge(found)
}
