//! code: missing-span
//! why: one bar for the whole search cannot lose its children: it has none

use std::error::Error;

use marketplace::{Car, Market, Region};
use tokio::{
    sync::oneshot,
    task::{self, JoinSet},
};
use tracing::instrument;

/// The cars that all sources have for `query`, the best offer first, and how many have photos.
#[instrument(name = "search cars", skip_all, fields(workshop.query = query))]
pub async fn search(market: Market, query: String) -> Result<(Vec<Car>, usize), Box<dyn Error>> {
    let sources = Sources { market, query };
    let reader = sources.clone();
    let dealers = task::spawn(sources.clone().ask_dealers());
    let mut regions = JoinSet::new();
    for region in Region::ALL {
        regions.spawn(sources.clone().ask_region(region));
    }
    let photos = task::spawn_blocking(move || reader.read_photos());
    let mut found = regions.join_all().await;
    found.push(dealers.await?);
    let photos = photos.await?;
    let cars = sources.market.merge(found);
    let scored = on_a_thread(move || sources.score(cars));
    Ok((scored.await?, photos))
}

/// What one search asks.
#[derive(Clone)]
struct Sources {
    market: Market,
    query: String,
}

impl Sources {
    async fn ask_dealers(self) -> Vec<Car> {
        self.market.ask_dealers(&self.query).await
    }

    async fn ask_region(self, region: Region) -> Vec<Car> {
        self.market.ask_region(region, &self.query).await
    }

    fn read_photos(self) -> usize {
        self.market.read_photos(&self.query)
    }

    fn score(self, cars: Vec<Car>) -> Vec<Car> {
        self.market.score(cars)
    }
}

/// Runs `work` on a thread of its own; what it returns can be awaited.
fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> oneshot::Receiver<T> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || sender.send(work()));
    receiver
}
