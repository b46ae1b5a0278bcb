//! A search leaves its task four times, and its trace stays behind.
//!
//! Given: the search works, and each piece of its work makes a span with the right name.
//! Goal: the spans of one search are one trace, wherever its work runs.
//! Done when: `ask dealers`, three times `ask region`, `read photos` and `score cars` are children
//! of `search cars`, each of them as long as its own work; two searches at once are two traces.
//! The sources are still asked, and the photos read, at once.

use std::error::Error;

use marketplace::{Car, Market, Region};
use tokio::{
    sync::oneshot,
    task::{self, JoinSet},
};
use tracing::instrument;
#[allow(unused_imports, reason = "for the gaps")]
use tracing::{Instrument, Span};

/// The cars that all sources have for `query`, the best offer first, and how many have photos.
#[instrument(name = "search cars", skip_all, fields(workshop.query = query))]
pub async fn search(market: Market, query: String) -> Result<(Vec<Car>, usize), Box<dyn Error>> {
    let sources = Sources { market, query };
    let reader = sources.clone();
    // ANCHOR: hops
    // DONE(05.1): `ask dealers` runs in a task of its own
    let dealers = task::spawn(sources.clone().ask_dealers().in_current_span());
    // END(05.1)
    let mut regions = JoinSet::new();
    for region in Region::ALL {
        // DONE(05.2): each `ask region` runs in a task of its own
        regions.spawn(sources.clone().ask_region(region).in_current_span());
        // END(05.2)
    }
    // DONE(05.3): `read photos` runs on the blocking pool
    let parent = Span::current();
    let photos = task::spawn_blocking(move || parent.in_scope(|| reader.read_photos()));
    // END(05.3)
    let mut found = regions.join_all().await;
    found.push(dealers.await?);
    let photos = photos.await?;
    let cars = sources.market.merge(found);
    // DONE(05.4): `score cars` runs on a thread
    let parent = Span::current();
    let scored = on_a_thread(move || parent.in_scope(|| sources.score(cars)));
    // END(05.4)
    // ANCHOR_END: hops
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
