//! Dealers of both generations stay in their traces, and what makes no sense takes nobody out of one.

mod dealers;

use std::cell::RefCell;

use dealers::headers;
use testkit::{Reply, exercise, expect_eq};

const NOTHING: &str = "? inventory internal \"nothing\"";
/// Of an old dealer, not sampled.
const UNSAMPLED: &str = "AQr3ZRkWzUPdhEjrIRyAMZy3rWtxaSAzMQA";

fn answered(replies: &[Reply]) -> Result<(), String> {
    let answers = replies.iter().map(|reply| (reply.status, &*reply.body));
    let right = vec![(200, "17500 EUR, 3 photos"); replies.len()];
    expect_eq(
        answers.collect::<Vec<_>>(),
        right,
        "the answers must stay as they are",
    )
}

#[test]
fn a_dealer_finds_itself_in_its_own_trace_whatever_it_speaks() {
    dealers::all(exercise!())
        .drive(|client| {
            let asked = [
                ("dealer-old", "/"),
                ("dealer-new", "/"),
                ("dealer-new", "/relay"),
            ];
            asked.map(|(dealer, path)| client.get(dealer, path))
        })
        .expect(|replies| answered(replies))
        .fact(dealers::keep_their_state)
        .verdict(include_str!("../expected.shape"));
}

#[test]
fn what_is_not_sampled_is_recorded_by_nobody() {
    dealers::all(exercise!())
        .drive(|client| {
            let request = client.request("GET", "inventory", "/dealers/old/cars/7");
            [request.header("dealer-context", UNSAMPLED).send()]
        })
        .expect(|replies| answered(replies))
        .verdict(NOTHING);
}

#[test]
fn no_header_invents_a_parent_and_none_takes_one_away() {
    let found = RefCell::default();
    exercise!()
        .call("inventory", || {
            headers::complaints(&own_propagator::propagator())
        })
        .expect(|complaints| {
            found.replace(complaints.clone());
            Ok(())
        })
        .fact(|_| headers::first(&found.borrow()))
        .verdict(NOTHING);
}
