//! The pipeline: who works, and who hands on to whom. Nothing to do in here.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt, stream};
use marketplace::{Car, Market, Region};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{self, Duration, Instant},
};
use tracing::{Instrument, Span, field::Empty, info_span};

use crate::{
    offer,
    outlet::{Board, Inlet, Outlet},
    step,
};

/// How slow the disk is.
const SLOW: Duration = Duration::from_millis(12);

/// A stage of the import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Takes what dealers offer.
    Import,
    Normalise,
    /// There are two of it, each for a part of the cars.
    Enrich,
    /// Its disk is slow.
    Index,
}

impl Stage {
    /// The span of its work for one car.
    pub(crate) fn span(self, car: u32) -> Span {
        match self {
            Self::Import => info_span!(
                "import car",
                otel.kind = "consumer",
                workshop.car.id = car,
                workshop.demand.wait = Empty
            ),
            Self::Normalise => info_span!("normalise car", workshop.demand.wait = Empty),
            Self::Enrich => info_span!("enrich car", workshop.demand.wait = Empty),
            Self::Index => info_span!("index car", workshop.car.id = car),
        }
    }
}

/// What an import has and does. Clones share it.
#[derive(Clone, Debug)]
pub struct Import {
    market: Market,
    board: Board,
    disk: watch::Sender<bool>,
    indexed: Arc<Mutex<Vec<u32>>>,
}

impl Import {
    /// One whose disk does not write yet.
    #[must_use]
    pub fn new(market: Market) -> Self {
        Self {
            market,
            board: Board::default(),
            disk: watch::Sender::new(false),
            indexed: Arc::default(),
        }
    }

    /// Whether nothing can move until the disk writes.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.board.is_full()
    }

    /// Lets the disk write, which takes it a while to begin; how long that was.
    pub async fn write(&self) -> Duration {
        let asked = Instant::now();
        time::sleep(SLOW).await;
        let took = asked.elapsed();
        self.disk.send_replace(true);
        took
    }

    /// Takes what the dealers offer, until all of it is indexed; the cars, by their numbers.
    pub async fn run(&self, dealers: Vec<(&'static str, Vec<Car>)>) -> Vec<u32> {
        let way = |waits, lies| Outlet::new(&self.board, waits, lies);
        let (import, offered) = way(|now| &mut now.offering, |now| &mut now.to_import);
        let (normalise, imported) = way(|now| &mut now.importing, |now| &mut now.to_normalise);
        let (even, for_even) = way(|now| &mut now.normalising, |now| &mut now.to_enrich_even);
        let (odd, for_odd) = way(|now| &mut now.normalising, |now| &mut now.to_enrich_odd);
        let (index, enriched) = way(|now| &mut now.enriching_even, |now| &mut now.to_index);
        let also_index = index.also(|now| &mut now.enriching_odd);
        let mut stages = JoinSet::new();
        stages.spawn(self.clone().work(Stage::Import, offered, vec![normalise]));
        stages.spawn(
            self.clone()
                .work(Stage::Normalise, imported, vec![even, odd]),
        );
        stages.spawn(self.clone().work(Stage::Enrich, for_even, vec![index]));
        stages.spawn(self.clone().work(Stage::Enrich, for_odd, vec![also_index]));
        stages.spawn(self.clone().work(Stage::Index, enriched, Vec::new()));
        for (dealer, cars) in dealers {
            let visit = info_span!(parent: None, "offer cars", workshop.dealer = dealer);
            stages.spawn(visit_of(cars, import.clone()).instrument(visit));
        }
        // The last dealer who leaves ends the first stage, and each stage the next one.
        drop(import);
        while stages.join_next().await.is_some() {}
        let mut indexed = self.indexed.lock().unwrap_or_else(PoisonError::into_inner);
        indexed.sort_unstable();
        indexed.clone()
    }

    /// A stage: one event after the other, each to the next stage that is for it.
    async fn work(self, stage: Stage, events: Inlet, next: Vec<Outlet>) {
        let events = stream::unfold(events, async |mut events| {
            let event = events.take().await?;
            Some((event, events))
        });
        let mut events = std::pin::pin!(events);
        while let Some(event) = events.next().await {
            let _busy = self.board.at(|now| &mut now.busy);
            let part = event.message().id as usize % next.len().max(1);
            step(stage, event, &self, next.get(part)).await;
        }
    }

    /// What a stage does for a car.
    pub(crate) async fn do_work(&self, stage: Stage, car: Car) -> Car {
        match stage {
            Stage::Import => {}
            Stage::Normalise => return self.market.find_car(car.id).await.unwrap_or(car),
            Stage::Enrich => {
                let asked = self.market.ask_region(Region::North, &car.model);
                asked.instrument(info_span!("ask region")).await;
            }
            Stage::Index => self.put_down(car.id).await,
        }
        car
    }

    async fn put_down(&self, car: u32) {
        let mut disk = self.disk.subscribe();
        let _waits = self.board.at(|now| &mut now.at_the_disk);
        // The disk is here, so its sender is.
        let _ = disk.wait_for(|writes| *writes).await;
        let mut indexed = self.indexed.lock().unwrap_or_else(PoisonError::into_inner);
        indexed.push(car);
    }
}

async fn visit_of(cars: Vec<Car>, import: Outlet) {
    for car in cars {
        offer(car, &import).await;
    }
}
