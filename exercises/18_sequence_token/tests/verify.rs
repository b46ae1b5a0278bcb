//! Code that knows nothing of traces hands a context on.

mod customers;

use sequence_token::{INSTALL, desk, is_installed, search};
use testkit::{Code, Diagnosis, Fact, Seen, exercise, expect_eq, facts::parent_or_link};

#[test]
fn the_token_of_the_runtime_carries_the_context() {
    exercise!()
        .needs("erlang", INSTALL, is_installed)
        .service("desk", |place| desk(move |port| place.listens_on(port)))
        .service("search", |place| {
            search(place.listener(), place.address("desk"))
        })
        .drive(|client| {
            let asked = (customers::quote(client, 8), customers::both(client));
            // Of this one nobody may record anything.
            customers::ask(client, 4).unsampled().send();
            asked
        })
        .expect(|(eight, [seven, six])| {
            let told = [eight, seven, six].map(|reply| &*reply.body);
            let right = ["183 EUR a month", "364 EUR a month", "189 EUR a month"];
            expect_eq(told, right, "each customer must get the rate")
        })
        .fact(|seen| parent_or_link(seen, "price/ask"))
        .fact(nothing_but_the_token)
        .verdict(include_str!("../expected.shape"));
}

/// No message says whose it is: the token does.
fn nothing_but_the_token(seen: &Seen) -> Fact {
    let mut between = seen.crossings().iter().filter(|sent| sent.from != "test");
    match between.find(|sent| sent.header("traceparent").is_some()) {
        None => Ok(()),
        Some(sent) => {
            let message = format!("`{}` says within the message whose it is", sent.request);
            Err(Diagnosis::new(Code::WrongAnswer, message).into())
        }
    }
}
