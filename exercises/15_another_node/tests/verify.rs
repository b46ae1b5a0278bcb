//! What crosses to another node belongs to whoever sent it.

mod old;

use std::thread;

use testkit::{Code, Diagnosis, Fact, Seen, exercise, expect_eq, facts::parent_or_link};

#[test]
fn a_message_to_another_node_takes_its_context_along() {
    exercise!()
        // What ractor makes of an actor's loop is told by exercise 08, and would be a span for each
        // actor of the cluster.
        .variable("RUST_LOG", "info,ractor=warn,ractor_cluster=warn")
        .service("inventory", |place| {
            another_node::inventory(place.listener())
        })
        .service("search", |place| {
            another_node::search(place.listener(), place.address("inventory"))
        })
        .service("old", |place| {
            old::old(place.listener(), place.address("inventory"))
        })
        .drive(|client| {
            let show = |id| client.get("search", &format!("/cars/{id}"));
            let both = thread::scope(|scope| {
                let other = scope.spawn(|| show(6));
                (show(7), other.join())
            });
            let (seven, Ok(six)) = both else {
                panic!("the other customer has no answer");
            };
            let old = client.get("old", "/").status;
            assert!(
                old == 200,
                "a node with the old code sends no metadata, and must be answered"
            );
            let nobody_there = show(99);
            // Of this one nobody may record anything.
            let unsampled = client.request("GET", "search", "/cars/99");
            unsampled.unsampled().send();
            [seven, six, nobody_there]
        })
        .expect(|replies| {
            let told = replies.each_ref().map(|reply| (reply.status, &*reply.body));
            let right = [(200, "17500 EUR"), (200, "9100 EUR"), (404, "")];
            expect_eq(told, right, "the answers must stay as they are")
        })
        .fact(in_the_metadata)
        .fact(|seen| parent_or_link(seen, "inventory/Find"))
        .verdict(include_str!("../expected.shape"));
}

/// The context crosses beside the message and not within it.
fn in_the_metadata(seen: &Seen) -> Fact {
    let joined = seen.forest().trace_ids().len() == 6;
    let mut sent = seen.crossings().iter().filter(|sent| sent.from == "search");
    match sent.find(|sent| joined && sent.header("traceparent").is_none()) {
        None => Ok(()),
        Some(sent) => {
            let message = format!(
                "search sent no `traceparent` in the metadata of `{}`",
                sent.request
            );
            Err(Diagnosis::new(Code::LostContext, message).into())
        }
    }
}
