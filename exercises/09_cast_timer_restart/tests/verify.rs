//! What an actor does for nobody who waits is a trace of its own, and knows its cause.

use std::{cell::RefCell, time::SystemTime};

use cast_timer_restart::{Shop, show};
use marketplace::Journal;
use testkit::{
    Fact, Seen, exercise, expect_eq,
    facts::{covered, ends_by, links_to_nothing, tells_no_failure, took},
};

/// The prices on the pages, what was valued, when the actor could go on (Unix nanoseconds), what was done.
type Answer = ([Option<u32>; 4], Vec<(u32, u32)>, u64, Journal);

/// Four pages: the actor is busy with the first until the second and the third lie in its mailbox, dies
/// of the third, and is there again for the fourth.
async fn evening() -> Answer {
    let (shop, supervisor) = Shop::open().await.expect("the actors start");
    let first = shop.valuation(None).await;
    let seven = show(shop.market(), first.clone(), 7).await;
    let six = show(shop.market(), first.clone(), 6).await;
    let thirteen = show(shop.market(), first.clone(), 13).await;
    let opened = SystemTime::UNIX_EPOCH.elapsed();
    shop.answered();
    let second = shop.valuation(Some(&first)).await;
    let eight = show(shop.market(), second, 8).await;
    let valued = shop.valued(3).await;
    shop.refreshed().await;
    let market = shop.market().clone();
    shop.close(supervisor).await;
    let opened = opened.map_or(0, |time| time.as_nanos() as u64);
    (
        [seven, six, thirteen, eight],
        valued,
        opened,
        market.journal(),
    )
}

#[test]
fn a_cast_a_tick_and_a_restart_are_traces_of_their_own() {
    let told = RefCell::new((0, Journal::default()));
    exercise!()
        .call_async("search", evening)
        .expect(|(prices, valued, opened, done)| {
            told.replace((*opened, done.clone()));
            let right = [Some(17_500), Some(9_100), None, Some(8_800)];
            expect_eq(*prices, right, "the pages must stay the same")?;
            let right = [(7, 19_350), (6, 14_500), (8, 10_100)];
            expect_eq(&valued[..], &right[..], "the cars must still be valued")
        })
        .fact(|seen| as_long_as_its_work(seen, &told.borrow()))
        .fact(|seen| links_to_nothing(seen, "refresh prices", "nobody sends a tick"))
        .fact(|seen| tells_no_failure(seen, "restart valuation", "what failed is what it links to"))
        .verdict(include_str!("../expected.shape"));
}

/// The first three pages are over when their customers have answers: valuation comes after that. A
/// job's span is open while the job is done, and says how long its message waited.
fn as_long_as_its_work(seen: &Seen, (opened, done): &(u64, Journal)) -> Fact {
    let mut pages = seen.named("show car");
    pages.append(&mut seen.named("request valuation"));
    pages.retain(|span| span.start_unix_nano < *opened);
    let why = "goes on while the actor works: its customer has the answer";
    ends_by(&pages, *opened, why)?;
    covered(&seen.named("value car"), &done.times("value cars"))?;
    covered(&seen.named("refresh prices"), &done.times("find listings"))?;
    for request in seen.named("request valuation") {
        for job in seen.linked_to(request) {
            let held_up = u64::from(job.start_unix_nano >= *opened);
            let least = held_up * opened.saturating_sub(request.end_unix_nano);
            let most = job.start_unix_nano.saturating_sub(request.start_unix_nano);
            took(job, "workshop.mailbox.wait", least..=most)?;
        }
    }
    Ok(())
}
