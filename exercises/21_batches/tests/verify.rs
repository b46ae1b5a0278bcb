//! The span of a batch is linked to each publisher once, from its beginning, and counts the messages.

use std::collections::HashSet;

use batches::{INSTALL, as_its_publishers, broker, dealer_feed, indexer, is_installed};
use testkit::{Client, Code, Fact, Seen, TraceId, about_span, exercise, expect_eq};

/// A caller that is not sampled.
const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

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
        .drive(four_batches)
        .expect(|indexed| {
            let cars = "[1,2,3,4,5,6,7,8,9,10,11,12,14,16,18]";
            expect_eq(indexed.as_str(), cars, "each car must be indexed")
        })
        .fact(links_are_those_of_the_batch)
        .verdict(include_str!("../expected.shape"));
}

/// What is in the index in the end.
fn four_batches(client: &Client) -> String {
    let post = |service: &str, path: &str| client.request("POST", service, path);
    let offer = |dealer: u32, cars: &str| {
        let path = format!("/dealers/{dealer}/offers");
        post("dealer-feed", &path).body(cars)
    };
    let due = |size: u32| post("indexer", &format!("/batches/{size}")).send().body;
    // In the order of the cars no two neighbours have the same publisher.
    for (dealer, cars) in [(1, "2,11"), (2, "7"), (3, "4,9,16"), (4, "5"), (5, "8,14")] {
        offer(dealer, cars).send();
    }
    offer(6, "3").header("traceparent", UNSAMPLED).send();
    due(10);
    offer(7, "6").send();
    due(1);
    post("dealer-feed", "/faxes/10").send();
    offer(8, "12").send();
    post("dealer-feed", "/faxes/18").send();
    due(3);
    // Nobody who is sampled waits for this one.
    offer(9, "1").header("traceparent", UNSAMPLED).send();
    due(1)
}

/// No shape can say it: who is not sampled has published as well, and nobody else has a link.
fn links_are_those_of_the_batch(seen: &Seen) -> Fact {
    let mut batches = seen.named("process cars.offered");
    batches.sort_by_key(|batch| batch.start_unix_nano);
    // Where one is missing, the shape has more to say.
    let publishers: &[usize] = if batches.len() == 3 { &[6, 1, 1] } else { &[] };
    for (batch, publishers) in batches.into_iter().zip(publishers) {
        let linked = batch.links.iter().map(|link| (link.trace_id, link.span_id));
        let linked: HashSet<_> = linked.collect();
        let is_unsampled = |(trace, _): &(TraceId, _)| UNSAMPLED.contains(&trace.to_string());
        let (code, message) = match (linked.len(), linked.iter().any(is_unsampled)) {
            (5, false) => (
                Code::MissingLink,
                "the batch has no link to the publisher that is not sampled: its car was indexed as well",
            ),
            (links, _) if links > *publishers => (
                Code::WrongLink,
                "the batch has a link to somebody who has published none of its messages",
            ),
            _ => continue,
        };
        return Err(about_span(code, batch, message).into());
    }
    Ok(())
}
