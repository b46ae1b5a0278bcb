//! The spans are made by whoever hands the work over, and travel with it.

use std::error::Error;

use marketplace::{Car, Market, Region};
use tokio::{
    sync::oneshot,
    task::{self, JoinSet},
};
use tracing::{Instrument, info_span, instrument};

/// The cars that all sources have for `query`, the best offer first, and how many have photos.
#[instrument(name = "search cars", skip_all, fields(workshop.query = query))]
pub async fn search(market: Market, query: String) -> Result<(Vec<Car>, usize), Box<dyn Error>> {
    let sources = Sources { market, query };
    let reader = sources.clone();
    let asked = sources.clone();
    let asking = async move { asked.market.ask_dealers(&asked.query).await };
    let dealers = task::spawn(asking.instrument(info_span!("ask dealers")));
    let mut regions = JoinSet::new();
    for region in Region::ALL {
        let span = info_span!("ask region", workshop.region = %region);
        let asked = sources.clone();
        let asking = async move { asked.market.ask_region(region, &asked.query).await };
        regions.spawn(asking.instrument(span));
    }
    let span = info_span!("read photos");
    let photos =
        task::spawn_blocking(move || span.in_scope(|| reader.market.read_photos(&reader.query)));
    let mut found = regions.join_all().await;
    found.push(dealers.await?);
    let photos = photos.await?;
    let cars = sources.market.merge(found);
    let span = info_span!("score cars");
    let scored = on_a_thread(move || span.in_scope(|| sources.market.score(cars)));
    Ok((scored.await?, photos))
}

/// What one search asks.
#[derive(Clone)]
struct Sources {
    market: Market,
    query: String,
}

/// Runs `work` on a thread of its own; what it returns can be awaited.
fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> oneshot::Receiver<T> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || sender.send(work()));
    receiver
}
