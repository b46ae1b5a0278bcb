//! What an actor does for a customer is in that customer's trace, and waiting is no work.

use std::{cell::RefCell, time::Duration};

use call_an_actor::{Pricing, compare, show};
use marketplace::{Journal, Market};
use ractor::Actor;
use testkit::{Code, Fact, Seen, about_span, exercise, expect_eq};

/// What the customer and the dealer were told, and what was done.
type Answer = (Option<String>, Option<String>, Journal);

/// A customer and a dealer ask at once: both messages are in the mailbox before the first is taken.
async fn both() -> Answer {
    let market = Market::open();
    let started = Actor::spawn(None, Pricing, market.clone()).await;
    let (pricing, running) = started.expect("the actor starts");
    let (page, offer) = tokio::join!(show(pricing.clone(), 7), compare(pricing.clone(), 6));
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
            let right = (Some("18425 EUR"), Some("10620 EUR"));
            expect_eq(told, right, "the prices must stay the same")?;
            let moved = !journal.share_a_thread("find car", "value cars");
            let why = "a car must still be valued on the blocking pool";
            moved.then_some(()).ok_or(why.to_owned())
        })
        .fact(|seen| waiting_is_no_work(seen, &done.borrow()))
        .verdict(include_str!("../expected.shape"));
}

/// The second message waits until the first has been worked off: so it says, and its span begins
/// after that.
fn waiting_is_no_work(seen: &Seen, done: &Journal) -> Fact {
    let mut handled = seen.named("price car");
    handled.sort_by_key(|span| span.end_unix_nano);
    let first = done.of("value cars").map(|work| work.end_unix_nano).min();
    let (Some(second), Some(free)) = (handled.get(1), first) else {
        return Ok(()); // The shape says what is wrong.
    };
    let begun = done.of("find car").map(|work| work.start_unix_nano).min();
    let busy = Duration::from_nanos(free - begun.unwrap_or(free));
    let told = second.attributes.get("workshop.mailbox.wait");
    let wait = told
        .and_then(|wait| wait.to_string().parse().ok())
        .unwrap_or_default();
    let wait = Duration::try_from_secs_f64(wait).unwrap_or_default();
    let (code, message) = if second.start_unix_nano < free {
        (
            Code::Stretched,
            "`price car` counts the time in the mailbox as work".to_owned(),
        )
    } else if !(busy / 2..=busy * 100).contains(&wait) {
        let message = format!(
            "`workshop.mailbox.wait` of the second message is {wait:.1?}, and the actor was busy \
             for {busy:.1?} before it"
        );
        (Code::WrongAttribute, message)
    } else {
        return Ok(());
    };
    Err(about_span(code, second, message).into())
}
