//! What is done for a message is linked to whoever published it, and part of nothing else.

mod acks;
mod publishers;

use publish_process::{INSTALL, broker, dealer_feed, indexer, is_installed};
use testkit::{exercise, expect_eq};

#[test]
fn a_message_is_processed_in_a_trace_of_its_own_with_a_link() {
    exercise!()
        .needs("nats", INSTALL, is_installed)
        // In the end the broker goes first, and its clients would complain.
        .variable("RUST_LOG", "info,async_nats=off")
        .service("broker", |place| broker(move |port| place.listens_on(port)))
        .service("dealer-feed", |place| {
            dealer_feed(place.listener(), place.address("broker"))
        })
        .service("indexer", |place| {
            indexer(place.listener(), place.address("broker"))
        })
        .drive(|client| {
            let sent = [
                "/cars/7/offer",
                "/cars/6/offer",
                "/cars/6/offer",
                "/faxes/20",
            ]
            .map(|path| client.request("POST", "dealer-feed", path).send().status);
            // Nothing of this one is recorded before the indexer has it.
            let unsampled = client.request("POST", "dealer-feed", "/cars/8/offer");
            unsampled.unsampled().send();
            (sent, client.get("indexer", "/done/4").status)
        })
        .expect(|replies| {
            let right = ([200; 4], 200);
            expect_eq(
                *replies,
                right,
                "each offer must be published and processed",
            )
        })
        .fact(publishers::names_are_spelt_right)
        .fact(publishers::are_linked_where_they_are_known)
        .fact(acks::are_within_the_processing)
        .fact(acks::wait_for_the_broker)
        .verdict(include_str!("../expected.shape"));
}
