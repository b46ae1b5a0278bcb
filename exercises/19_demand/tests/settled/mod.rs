//! A time through which the pipeline is full.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use demand::Import;
use marketplace::{Car, Market};
use serde::{Deserialize, Serialize};
use tokio::task;

/// A time through which nobody but the last stage works.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Full {
    /// When it was so already, in nanoseconds since the Unix epoch.
    pub(crate) since: u64,
    /// How long it was so at least.
    pub(crate) nanos: u64,
}

/// Those cars of the market.
pub(crate) async fn cars(market: &Market, ids: &[u32]) -> Vec<Car> {
    let mut cars = Vec::new();
    for id in ids {
        cars.extend(market.find_car(*id).await);
    }
    cars
}

/// Waits until nothing can move any more, and then for the disk, which is slow.
pub(crate) async fn while_several_wait(import: &Import) -> Full {
    while !import.is_full() {
        task::yield_now().await;
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = |time: Duration| time.as_nanos().try_into().unwrap_or(u64::MAX);
    Full {
        since: since.map_or(0, nanos),
        nanos: nanos(import.write().await),
    }
}
