//! The span of a batch is linked to each publisher once, from its beginning, and counts the messages.

mod publishers;

use batches::{INSTALL, as_its_publishers, broker, dealer_feed, indexer, is_installed};
use publishers::UNSAMPLED;
use testkit::{
    Client, exercise, expect_eq,
    facts::{begins_after, covers_children},
};

#[test]
fn a_batch_is_linked_to_each_of_its_publishers_when_it_begins() {
    exercise!()
        .needs("nats", INSTALL, is_installed)
        // In the end the broker goes first, and its clients would complain.
        .variable("RUST_LOG", "info,async_nats=off")
        .service("broker", |place| broker(move |port| place.listens_on(port)))
        .service("dealer-feed", |place| {
            dealer_feed(place.listener(), place.address("broker"))
        })
        .service_with(
            "indexer",
            |provider| provider.with_sampler(as_its_publishers()),
            |place| indexer(place.listener(), place.address("broker")),
        )
        .drive(five_batches)
        .expect(|answer| {
            let right = "[[1,2,3,4,5,6,7,8,9,10,11,12,14,15,16,17,18,19],0]";
            let why = "each car must be indexed, and each message acknowledged";
            expect_eq(answer.as_str(), right, why)
        })
        .fact(publishers::are_those_of_the_batch)
        .fact(|seen| covers_children(seen, "process cars.offered"))
        .fact(|seen| begins_after(seen, "ack cars.offered", "write index"))
        .verdict(include_str!("../expected.shape"));
}

/// What is in the index in the end, and how many messages are not acknowledged.
fn five_batches(client: &Client) -> String {
    let post = |service: &str, path: &str| client.request("POST", service, path);
    let offer = |dealer: u32, cars: &str| {
        let path = format!("/dealers/{dealer}/offers");
        post("dealer-feed", &path).body(cars)
    };
    let due = |size: u32| post("indexer", &format!("/batches/{size}")).send().body;
    // In the order of the cars no two neighbours have the same publisher.
    for (dealer, cars) in [(1, "2,11"), (2, "7"), (3, "4,9,16"), (4, "5"), (5, "8")] {
        offer(dealer, cars).send();
    }
    offer(6, "1,14").header("traceparent", UNSAMPLED).send();
    due(10);
    offer(7, "6").send();
    due(1);
    post("dealer-feed", "/faxes/10").send();
    offer(8, "12,15,17,19").send();
    post("dealer-feed", "/faxes/18").send();
    due(3);
    due(3);
    // Nobody who is sampled waits for this one.
    offer(9, "3").header("traceparent", UNSAMPLED).send();
    due(1)
}
