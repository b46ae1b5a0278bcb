//! What an actor does for nobody who waits is a trace of its own, and knows its cause.

use std::{
    cell::Cell,
    time::{SystemTime, UNIX_EPOCH},
};

use cast_timer_restart::{Shop, show};
use testkit::{
    Fact, Seen, exercise, expect_eq,
    facts::{ends_by, links_to_nothing},
};

/// The prices on three pages, what was valued, and when the first customer had an answer, in
/// nanoseconds since the Unix epoch.
type Answer = ([Option<u32>; 3], Vec<(u32, u32)>, u64);

/// Three pages: the actor is busy with the first when its customer has the answer, dies of the second,
/// and is there again for the third.
async fn evening() -> Answer {
    let (shop, supervisor) = Shop::open().await.expect("the actors start");
    let first = shop.valuation(None).await;
    let seven = show(shop.market(), first.clone(), 7).await;
    let answered = SystemTime::now().duration_since(UNIX_EPOCH);
    shop.answered();
    let thirteen = show(shop.market(), first.clone(), 13).await;
    let second = shop.valuation(Some(&first)).await;
    let six = show(shop.market(), second, 6).await;
    let valued = shop.valued(2).await;
    shop.refreshed().await;
    shop.close(supervisor).await;
    let answered = answered.map_or(0, |time| time.as_nanos().try_into().unwrap_or(u64::MAX));
    ([seven, thirteen, six], valued, answered)
}

#[test]
fn a_cast_a_tick_and_a_restart_are_traces_of_their_own() {
    let answered = Cell::new(0);
    exercise!()
        .call_async("search", evening)
        .expect(|(prices, valued, nanos)| {
            answered.set(*nanos);
            let right = [Some(17_500), None, Some(9_100)];
            expect_eq(*prices, right, "the pages must stay the same")?;
            let right = [(7, 19_350), (6, 14_500)];
            expect_eq(&valued[..], &right[..], "the cars must still be valued")
        })
        .fact(|seen| waits_for_nothing(seen, answered.get()))
        .fact(|seen| links_to_nothing(seen, "refresh prices", "nobody sends a tick"))
        .verdict(include_str!("../expected.shape"));
}

/// The first page is over when its customer has the answer: its valuation comes after that.
fn waits_for_nothing(seen: &Seen, answered: u64) -> Fact {
    let first = |name| {
        seen.named(name)
            .into_iter()
            .min_by_key(|span| span.start_unix_nano)
    };
    let page = ["request valuation", "show car"].map(first);
    let page: Vec<_> = page.into_iter().flatten().collect();
    ends_by(
        &page,
        answered,
        "goes on while the actor works: its customer has the answer",
    )
}
