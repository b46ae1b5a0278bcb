//! What comes to nothing is in the trace, beside what was done instead.

mod customers;

use node_dies::{COOKIE, inventory, search};
use testkit::{exercise, expect_eq, facts::parent_or_link};

const HERE: &[&str] = &["north", "south", "east"];

#[test]
fn an_attempt_that_comes_to_nothing_is_in_the_trace() {
    exercise!()
        // What ractor makes of an actor's loop is told by exercise 08.
        .variable("RUST_LOG", "info,ractor=warn,ractor_cluster=warn")
        .service("north", |place| {
            inventory("north", COOKIE, place.listener())
        })
        .service("south", |place| {
            inventory("south", COOKIE, place.listener())
        })
        .service("east", |place| inventory("east", COOKIE, place.listener()))
        .service("west", |place| {
            inventory("west", "another", place.listener())
        })
        .service("search", |place| {
            let regions = ["north", "south", "east", "west"].map(|region| place.address(region));
            search(place.listener(), regions.to_vec(), HERE)
        })
        .drive(|client| {
            let show = |path| client.get("search", path);
            let here = show("/cars/7");
            client.pause("north");
            let slow = customers::all_at_once(client);
            client.resume("north");
            // The actor takes one message after the other: the late answer has left when this one comes.
            let back = show("/reserved/8");
            [
                here,
                slow,
                back,
                show("/abroad/5"),
                customers::killed(client),
            ]
        })
        .expect(|replies| {
            let told = replies.each_ref().map(|reply| &*reply.body);
            let right = [
                "17500 EUR",
                "9100 EUR",
                "8800 EUR",
                "19900 EUR",
                "22300 EUR",
            ];
            expect_eq(told, right, "each customer must get the price of the car")
        })
        .fact(|seen| parent_or_link(seen, "inventory/Find"))
        .verdict(include_str!("../expected.shape"));
}
