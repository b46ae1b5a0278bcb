//! code: wrong-answer
//! why: a future that is awaited in its place loses nothing, and does nothing before it is awaited

use std::error::Error;

use marketplace::{Car, Market, Region};
use tokio::{
    sync::oneshot,
    task::{self, JoinSet},
};
use tracing::instrument;
use tracing::{Instrument, Span};

/// The cars that all sources have for `query`, the best offer first, and how many have photos.
#[instrument(name = "search cars", skip_all, fields(workshop.query = query))]
pub async fn search(market: Market, query: String) -> Result<(Vec<Car>, usize), Box<dyn Error>> {
    let sources = Sources { market, query };
    let reader = sources.clone();
    let dealers = sources.clone().ask_dealers();
    let mut regions = JoinSet::new();
    for region in Region::ALL {
        regions.spawn(sources.clone().ask_region(region).in_current_span());
    }
    let span = Span::current();
    let photos =
        async move { task::spawn_blocking(move || span.in_scope(|| reader.read_photos())).await };
    let mut found = regions.join_all().await;
    found.push(dealers.await);
    let photos = photos.await?;
    let cars = sources.market.merge(found);
    let span = Span::current();
    let scored = on_a_thread(move || span.in_scope(|| sources.score(cars)));
    Ok((scored.await?, photos))
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

/// Runs `work` on a thread of its own; what it returns can be awaited.
fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> oneshot::Receiver<T> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || sender.send(work()));
    receiver
}
