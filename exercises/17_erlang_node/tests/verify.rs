//! Rust and a real Erlang node, in one trace.

mod customers;

use erlang_node::{INSTALL, is_installed, search, stock};
use testkit::{Code, Diagnosis, Fact, Seen, exercise, expect_eq, facts::parent_or_link};

#[test]
fn a_trace_goes_to_the_beam_and_back() {
    exercise!()
        .needs("erlang", INSTALL, is_installed)
        .service("stock", |place| stock(move |port| place.listens_on(port)))
        .service("search", |place| {
            search(place.listener(), place.address("stock"))
        })
        .drive(|client| {
            let both = customers::both(client);
            // Of this one nobody may record anything.
            customers::ask(client, 4).unsampled().send();
            (
                both,
                customers::reserve(client, 13),
                customers::killed(client),
            )
        })
        .expect(|([seven, six], crashed, killed)| {
            let told = [seven, six].map(|reply| &*reply.body);
            let why = "each customer must get the price";
            expect_eq(told, ["17500 EUR", "9100 EUR"], why)?;
            let lost = (crashed.status, killed.status);
            expect_eq(lost, (502, 502), "what came to nothing must be told")
        })
        .fact(in_each_message)
        .fact(|seen| parent_or_link(seen, "stock/reserve"))
        .fact(|seen| parent_or_link(seen, "price/ask"))
        .verdict(include_str!("../expected.shape"));
}

/// The context crosses in each message, both ways.
fn in_each_message(seen: &Seen) -> Fact {
    let joined = seen.forest().trace_ids().len() == 6;
    let mut between = seen.crossings().iter().filter(|sent| sent.from != "test");
    match between.find(|sent| joined && sent.header("traceparent").is_none()) {
        None => Ok(()),
        Some(sent) => {
            let message = format!(
                "{} sent no `traceparent` with `{}`",
                sent.from, sent.request
            );
            Err(Diagnosis::new(Code::LostContext, message).into())
        }
    }
}
