//! What a search has begun before any of its sources can answer.

use std::time::Duration;

use marketplace::{Journal, Market};
use testkit::{Code, Diagnosis, Fact, begin, hold_until};
use tokio::task;

/// After this, nobody reads the photos any more.
const LIMIT: Duration = Duration::from_secs(2);

/// Searches on one thread, and holds that thread as soon as the search has begun: tasks that were
/// spawned before have begun as well, and no timer ends. So nothing but the code decides what is under
/// way. The journal of the search, and whether its photos were read meanwhile.
pub(crate) async fn search(query: &str) -> (Journal, bool) {
    let market = Market::open();
    let searching = begin(tasks::search(market.clone(), query.to_owned())).await;
    let photos = task::spawn({
        let market = market.clone();
        let are_read = move || market.journal().of("read photos").next().is_some();
        async { hold_until(LIMIT, are_read) }
    });
    let photos = photos.await.unwrap_or_default();
    // What it answers is for the other test.
    let _ = searching.await;
    (market.journal(), photos)
}

/// The dealers are asked while each of the regions is.
pub(crate) fn dealers_meet_regions(done: &Journal) -> Fact {
    let (asked, regions) = (done.times("ask dealers"), done.times("ask region"));
    let meet = |one: &(u64, u64), other: &(u64, u64)| one.0 < other.1 && other.0 < one.1;
    let overlap = regions
        .iter()
        .all(|region| asked.iter().any(|dealers| meet(dealers, region)));
    let why = "the dealers must be asked in a task, while the regions are asked";
    overlap
        .then_some(())
        .ok_or_else(|| about("ask dealers", why))
}

/// The photos are read while the sources are asked.
pub(crate) fn photos_are_read(are_read: bool) -> Fact {
    let why = "the photos must be read on the blocking pool, while the sources are asked";
    are_read
        .then_some(())
        .ok_or_else(|| about("read photos", why))
}

/// The search answers late, because of that piece of its work.
fn about(work: &str, why: &str) -> Box<Diagnosis> {
    let mut late = Diagnosis::new(Code::WrongAnswer, why);
    (late.service, late.span) = (Some("search".to_owned()), Some(work.to_owned()));
    Box::new(late)
}
