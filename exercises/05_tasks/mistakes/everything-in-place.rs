//! code: wrong-answer
//! why: without a hop nothing can be lost, and the customer waits for one source after another

use std::error::Error;

use marketplace::{Car, Market, Region};
use tracing::instrument;

/// The cars that all sources have for `query`, the best offer first, and how many have photos.
#[instrument(name = "search cars", skip_all, fields(workshop.query = query))]
pub async fn search(market: Market, query: String) -> Result<(Vec<Car>, usize), Box<dyn Error>> {
    let sources = Sources { market, query };
    let reader = sources.clone();
    let dealers = sources.clone().ask_dealers().await;
    let mut found = vec![dealers];
    for region in Region::ALL {
        found.push(sources.clone().ask_region(region).await);
    }
    let photos = reader.read_photos();
    let cars = sources.market.merge(found);
    let scored = sources.score(cars);
    Ok((scored, photos))
}

/// What one search asks.
#[derive(Clone)]
struct Sources {
    market: Market,
    query: String,
}

impl Sources {
    #[instrument(name = "ask dealers", skip_all)]
    async fn ask_dealers(self) -> Vec<Car> {
        self.market.ask_dealers(&self.query).await
    }

    #[instrument(name = "ask region", skip_all, fields(workshop.region = %region))]
    async fn ask_region(self, region: Region) -> Vec<Car> {
        self.market.ask_region(region, &self.query).await
    }

    #[instrument(name = "read photos", skip_all)]
    fn read_photos(self) -> usize {
        self.market.read_photos(&self.query)
    }

    #[instrument(name = "score cars", skip_all)]
    fn score(self, cars: Vec<Car>) -> Vec<Car> {
        self.market.score(cars)
    }
}
