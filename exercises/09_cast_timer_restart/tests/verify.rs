//! What an actor does for nobody who waits is a trace of its own, and knows its cause.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use cast_timer_restart::{Shop, show};
use testkit::{Code, Fact, Seen, about_span, exercise, expect_eq};

/// The prices on three pages, what was valued, and how long the first page took in nanoseconds.
type Answer = ([Option<u32>; 3], Vec<(u32, u32)>, u64);

/// Three pages: the actor is busy with the first when its customer has the answer, dies of the second,
/// and is there again for the third.
async fn evening() -> Answer {
    let (shop, supervisor) = Shop::open().await.expect("the actors start");
    let first = shop.valuation(None).await;
    let begun = Instant::now();
    let seven = show(shop.market(), first.clone(), 7).await;
    let took = begun.elapsed().as_nanos();
    shop.answered();
    let thirteen = show(shop.market(), first.clone(), 13).await;
    let second = shop.valuation(Some(&first)).await;
    let six = show(shop.market(), second, 6).await;
    let valued = shop.valued(2).await;
    shop.refreshed().await;
    shop.close(supervisor).await;
    let took = u64::try_from(took).unwrap_or(u64::MAX);
    ([seven, thirteen, six], valued, took)
}

#[test]
fn a_cast_a_tick_and_a_restart_are_traces_of_their_own() {
    let took = Cell::new(0);
    exercise!()
        .call_async("search", evening)
        .expect(|(prices, valued, nanos)| {
            took.set(*nanos);
            let right = [Some(17_500), None, Some(9_100)];
            expect_eq(*prices, right, "the pages must stay the same")?;
            let right = [(7, 19_350), (6, 14_500)];
            expect_eq(&valued[..], &right[..], "the cars must still be valued")
        })
        .fact(|seen| waits_for_nothing(seen, Duration::from_nanos(took.get())))
        .fact(nobody_sent_a_tick)
        .verdict(include_str!("../expected.shape"));
}

/// The first page is no longer than what its customer waited: its valuation came after that.
fn waits_for_nothing(seen: &Seen, took: Duration) -> Fact {
    for name in ["request valuation", "show car"] {
        let mut spans = seen.named(name);
        spans.sort_by_key(|span| span.start_unix_nano);
        let Some(first) = spans.first() else { continue };
        let lasts = Duration::from_nanos(first.duration_nano());
        if lasts > took {
            let message = format!(
                "`{name}` goes on while the actor works: {lasts:.1?}, and its customer waited for {took:.1?}"
            );
            return Err(about_span(Code::Stretched, first, message).into());
        }
    }
    Ok(())
}

fn nobody_sent_a_tick(seen: &Seen) -> Fact {
    let ticks = seen.named("refresh prices");
    let linked = ticks.iter().find(|tick| !tick.links.is_empty());
    let message = "`refresh prices` has a link, and nobody sent it: the timer ticks by itself";
    linked.map_or(Ok(()), |tick| {
        Err(about_span(Code::WrongLink, tick, message).into())
    })
}
