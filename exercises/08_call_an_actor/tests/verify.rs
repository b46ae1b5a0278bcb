//! What an actor does for a customer is in that customer's trace, and waiting is no work.

use std::cell::RefCell;

use call_an_actor::{Pricing, compare, show};
use marketplace::{Journal, Market};
use ractor::Actor;
use testkit::{
    Code, Fact, Seen, Span, about_span, exercise, expect_eq,
    facts::{covered, took},
};

/// What the customer and the dealer were told, and what was done.
type Answer = (Option<String>, Option<String>, Journal);

/// A customer and a dealer ask for the same car at once: both messages are in the mailbox before the
/// first is taken.
async fn both() -> Answer {
    let market = Market::open();
    let started = Actor::spawn(None, Pricing, market.clone()).await;
    let (pricing, running) = started.expect("the actor starts");
    let (page, offer) = tokio::join!(show(pricing.clone(), 7), compare(pricing.clone(), 7));
    pricing.stop(None);
    running.await.expect("the actor ends");
    (page, offer, market.journal())
}

#[test]
fn what_an_actor_does_for_a_customer_is_in_that_customers_trace() {
    let done = RefCell::new(Journal::default());
    exercise!()
        .current_thread()
        .call_async("search", both)
        .expect(|(page, offer, journal)| {
            done.replace(journal.clone());
            let told = (page.as_deref(), offer.as_deref());
            let right = (Some("18425 EUR"), Some("16578 EUR"));
            expect_eq(told, right, "the prices must stay the same")?;
            let moved = !journal.share_a_thread("find car", "value cars");
            let why = "a car must still be valued on the blocking pool, one message after another";
            let kept = moved && journal.is_sequential();
            kept.then_some(()).ok_or(why.to_owned())
        })
        .fact(|seen| waiting_is_no_work(seen, &done.borrow()))
        .verdict(include_str!("../expected.shape"));
}

/// The actor takes one message after another. Its span covers the work and no waiting, and says how
/// long the message waited: as long as the actor was busy before, and no longer than until its work.
fn waiting_is_no_work(seen: &Seen, done: &Journal) -> Fact {
    let mut handled = seen.named("price car");
    handled.sort_by_key(|span| span.end_unix_nano);
    let begun = done.of("find car").map(|work| work.start_unix_nano);
    let ended = done.of("reprice car").map(|work| work.end_unix_nano);
    let (mut first, mut free) = (None, 0);
    for (span, (begun, ended)) in handled.into_iter().zip(begun.zip(ended)) {
        covered(&[span], &[(begun, ended)])?;
        if span.start_unix_nano < free {
            let message = "`price car` counts the time in the mailbox as work";
            return Err(about_span(Code::Stretched, span, message).into());
        }
        let busy = free.saturating_sub(*first.get_or_insert(begun));
        waited(seen, span, busy, begun)?;
        free = ended;
    }
    Ok(())
}

/// The message was sent after its caller's span began, and while the actor was not busy yet.
fn waited(seen: &Seen, span: &Span, busy: u64, begun: u64) -> Fact {
    let is_caller = |caller: &&Span| Some(caller.span_id) == span.parent_span_id;
    // Where nobody is, the shape says what is wrong.
    seen.spans()
        .iter()
        .find(is_caller)
        .map_or(Ok(()), |caller| {
            let most = begun.saturating_sub(caller.start_unix_nano);
            took(span, "workshop.mailbox.wait", busy..=most)
        })
}
