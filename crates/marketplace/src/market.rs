//! The work that services and workers of the exercises stand for.

use std::{fmt, thread, time::Duration};

use crate::{Car, Journal, Region, Seller, journal::Recorder, listings};

/// The listing whose record is damaged: [`Market::find_car`] fails for it.
const DAMAGED: u32 = 13;

/// A handle on a market: clones share one [`journal`](Self::journal), two markets share nothing.
///
/// The listings are constant, so a handle holds the journal and nothing else.
#[derive(Clone, Debug, Default)]
pub struct Market {
    recorder: Recorder,
}

/// Why a car could not be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindError {
    /// No listing has this id.
    NoSuchCar,
    /// The listing is there, but its record cannot be read.
    Damaged,
}

impl fmt::Display for FindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSuchCar => "there is no such car",
            Self::Damaged => "the record of this car is damaged",
        })
    }
}

impl std::error::Error for FindError {}

/// Work that blocks its thread.
impl Market {
    /// Opens a market with an empty journal.
    #[must_use]
    pub fn open() -> Self {
        Self::default()
    }

    /// What was done until now, in the order in which it was done.
    #[must_use]
    pub fn journal(&self) -> Journal {
        self.recorder.journal()
    }

    /// The cars whose model is `query`, by id. Blocks for 4 ms: `find listings`.
    #[must_use]
    pub fn find_listings(&self, query: &str) -> Vec<Car> {
        self.blocking("find listings", 4);
        listings::all().filter(|car| car.model == query).collect()
    }

    /// Sets what each car is worth. Blocks for 3 ms: `value cars`.
    #[must_use]
    pub fn value(&self, mut cars: Vec<Car>) -> Vec<Car> {
        self.blocking("value cars", 3);
        for car in &mut cars {
            car.value_eur = Some(car.worth());
        }
        cars
    }

    /// Sets each car's score and puts the best offer first. Blocks for 2 ms: `score cars`.
    #[must_use]
    pub fn score(&self, mut cars: Vec<Car>) -> Vec<Car> {
        self.blocking("score cars", 2);
        for car in &mut cars {
            let worth = car.value_eur.unwrap_or_else(|| car.worth());
            car.score = Some(worth * 100 / car.price_eur);
        }
        cars.sort_by_key(|car| (std::cmp::Reverse(car.score), car.id));
        cars
    }

    /// Reads the photos of the cars whose model is `query`, and returns how many cars have one.
    /// Blocks for 15 ms, as a disk does: `read photos`.
    #[must_use]
    pub fn read_photos(&self, query: &str) -> usize {
        self.blocking("read photos", 15);
        listings::all().filter(|car| car.model == query).count()
    }

    /// Puts what several sources found into one list, by id. Blocks for 5 ms: `merge`.
    #[must_use]
    pub fn merge(&self, sources: Vec<Vec<Car>>) -> Vec<Car> {
        self.blocking("merge", 5);
        let mut cars: Vec<_> = sources.into_iter().flatten().collect();
        cars.sort_by_key(|car| car.id);
        cars
    }

    /// A new price for one car, in euros. Takes no time worth measuring: `reprice car`.
    #[must_use]
    pub fn reprice(&self, car: &Car) -> u32 {
        self.blocking("reprice car", 0);
        car.price_eur.midpoint(car.worth())
    }

    fn blocking(&self, work: &'static str, millis: u64) {
        let _running = self.recorder.begin(work);
        thread::sleep(Duration::from_millis(millis));
    }
}

/// Work that waits in the runtime.
impl Market {
    /// The dealers' cars whose model is `query`, by id. Takes 10 ms: `ask dealers`.
    pub async fn ask_dealers(&self, query: &str) -> Vec<Car> {
        self.waiting("ask dealers", 10).await;
        sold_by(Seller::Dealer, query)
    }

    /// The private sellers' cars of one region whose model is `query`, by id. Takes 4 ms in the
    /// north, 6 in the south, 8 in the west: `ask region`.
    pub async fn ask_region(&self, region: Region, query: &str) -> Vec<Car> {
        let millis = match region {
            Region::North => 4,
            Region::South => 6,
            Region::West => 8,
        };
        self.waiting("ask region", millis).await;
        sold_by(Seller::Private(region), query)
    }

    /// The car with this id. Takes 2 ms: `find car`.
    ///
    /// # Errors
    /// When no listing has this id; and for car 13, whose record is damaged.
    pub async fn find_car(&self, id: u32) -> Result<Car, FindError> {
        self.waiting("find car", 2).await;
        if id == DAMAGED {
            return Err(FindError::Damaged);
        }
        let found = listings::all().find(|car| car.id == id);
        found.ok_or(FindError::NoSuchCar)
    }

    async fn waiting(&self, work: &'static str, millis: u64) {
        let _running = self.recorder.begin(work);
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

fn sold_by(seller: Seller, query: &str) -> Vec<Car> {
    listings::all()
        .filter(|car| car.seller == seller && car.model == query)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_search_for_golf_finds_the_same_twelve_cars_everywhere() {
        let market = Market::open();
        let ids: Vec<_> = market
            .find_listings("golf")
            .iter()
            .map(|car| car.id)
            .collect();
        assert_eq!(ids, [1, 2, 3, 5, 7, 8, 9, 11, 12, 13, 15, 17]);
        assert_eq!(market.read_photos("golf"), 12);
        assert_eq!(market.find_listings("fiesta"), []);
    }

    #[tokio::test]
    async fn dealers_and_regions_together_have_what_the_listings_have() {
        let market = Market::open();
        for query in ["golf", "passat", "polo"] {
            let mut sources = vec![market.ask_dealers(query).await];
            for region in Region::ALL {
                sources.push(market.ask_region(region, query).await);
            }
            assert_eq!(
                market.merge(sources),
                market.find_listings(query),
                "{query}"
            );
        }
    }

    #[tokio::test]
    async fn car_7_is_always_the_same_and_car_13_is_damaged() {
        let market = Market::open();
        let golf = market.find_car(7).await.expect("car 7 is there");
        assert_eq!(
            (golf.vin.as_str(), golf.price_eur),
            ("WVWZZZ1KZ6W000007", 17_500)
        );
        assert_eq!(market.find_car(13).await, Err(FindError::Damaged));
        assert_eq!(market.find_car(99).await, Err(FindError::NoSuchCar));
    }

    #[test]
    fn the_best_offer_comes_first() {
        let market = Market::open();
        let cars = market.score(market.value(market.find_listings("golf")));
        let scores: Vec<_> = cars.iter().filter_map(|car| car.score).collect();
        assert_eq!(scores.len(), 12);
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        assert!(cars.iter().all(|car| market.reprice(car) > 0));
    }

    #[test]
    fn ids_and_vins_are_unique_and_vins_have_seventeen_characters() {
        let cars: Vec<_> = listings::all().collect();
        let vins: BTreeSet<_> = cars.iter().map(|car| &car.vin).collect();
        assert_eq!(vins.len(), cars.len());
        assert!(vins.iter().all(|vin| vin.len() == 17), "{vins:?}");
        assert!(cars.iter().map(|car| car.id).eq(1..=20));
    }

    #[tokio::test]
    async fn the_journal_tells_what_was_done_where_and_when() {
        let market = Market::open();
        let clone = market.clone();
        let _ = thread::spawn(move || clone.read_photos("golf")).join();
        let _ = market.ask_dealers("golf").await;
        let journal = market.journal();
        let [photos, dealers] = journal.entries() else {
            panic!("two entries, not {journal:?}");
        };
        assert_eq!(
            (photos.work.as_str(), dealers.work.as_str()),
            ("read photos", "ask dealers")
        );
        assert!(photos.end_unix_nano - photos.start_unix_nano >= 15_000_000);
        assert_eq!(
            journal.span(),
            Some((photos.start_unix_nano, dealers.end_unix_nano))
        );
        assert!(photos.is_within(photos.start_unix_nano, dealers.start_unix_nano));
        assert!(!dealers.is_within(photos.start_unix_nano, photos.end_unix_nano));
        assert!(!journal.share_a_thread("read photos", "ask dealers"));
        assert!(journal.is_sequential());
        assert_eq!(Market::open().journal(), Journal::default());
    }

    #[tokio::test]
    async fn work_that_is_done_at_once_is_not_sequential() {
        let market = Market::open();
        tokio::join!(
            market.ask_dealers("golf"),
            market.ask_region(Region::West, "golf")
        );
        assert!(!market.journal().is_sequential());
        assert!(market.journal().share_a_thread("ask dealers", "ask region"));
    }

    #[tokio::test]
    async fn work_that_is_cancelled_is_in_the_journal() {
        let market = Market::open();
        {
            let mut asking = Box::pin(market.ask_dealers("golf"));
            let waker = std::task::Waker::noop();
            let mut context = std::task::Context::from_waker(waker);
            assert!(asking.as_mut().poll(&mut context).is_pending());
        }
        assert_eq!(market.journal().entries().len(), 1);
    }
}
