//! Work that leaves its task keeps its trace, its parent and its true duration.

mod held_up;
mod lengths;

use std::cell::RefCell;

use marketplace::{Journal, Market};
use testkit::{exercise, expect_eq};

/// How many cars, the best one, how many have photos; and what was really done.
type Answer = ((usize, u32, usize), Journal);

async fn search(query: &str) -> Result<Answer, String> {
    let market = Market::open();
    let answer = tasks::search(market.clone(), query.to_owned()).await;
    let (cars, photos) = answer.map_err(|error| error.to_string())?;
    let told = (cars.len(), cars.first().map_or(0, |car| car.id), photos);
    Ok((told, market.journal()))
}

#[test]
fn each_hop_keeps_its_trace_and_each_span_is_as_long_as_its_work() {
    let done = RefCell::new(lengths::Done::new());
    exercise!()
        .call_async("search", async || {
            tokio::join!(search("golf"), search("polo"))
        })
        .expect(|(golf, polo)| {
            let ((golfs, golf), (polos, polo)) = (golf.clone()?, polo.clone()?);
            done.replace([("golf", golf.clone()), ("polo", polo.clone())].into());
            let right = ((12, 2, 12), (4, 6, 4));
            expect_eq((golfs, polos), right, "the cars must stay the same")?;
            at_once(&golf).and(at_once(&polo))
        })
        .fact(|seen| lengths::of_children(seen, &done.borrow()))
        .verdict(include_str!("../expected.shape"));
}

#[test]
fn the_sources_are_asked_and_the_photos_are_read_at_once() {
    let begun = RefCell::default();
    exercise!()
        .current_thread()
        .call_async("search", || held_up::search("golf"))
        .expect(|told| {
            begun.replace(told.clone());
            Ok(())
        })
        .fact(|_| held_up::dealers_meet_regions(&begun.borrow().0))
        .fact(|_| held_up::photos_are_read(begun.borrow().1))
        .verdict("search internal \"search cars\"\n  ...\n...");
}

/// The sources are asked at once, and what blocks does not block the search.
fn at_once(done: &Journal) -> Result<(), String> {
    let moved = |work| !done.share_a_thread(work, "merge");
    let kept = moved("read photos") && moved("score cars") && !done.is_sequential();
    let why = "the sources must still be asked at once, and nothing may block the search";
    kept.then_some(()).ok_or(why.to_owned())
}
