//! What is done for a message is linked to whoever published it, and part of nothing else.

use publish_process::{INSTALL, broker, dealer_feed, indexer, is_installed};
use testkit::{Code, Diagnosis, Fact, Seen, about_span, exercise, expect_eq};

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
            (sent, client.get("indexer", "/done/3").status)
        })
        .expect(|replies| {
            let right = ([200; 4], 200);
            expect_eq(
                *replies,
                right,
                "each offer must be published and processed",
            )
        })
        .fact(names_are_spelt_right)
        .fact(a_fax_is_nobodys)
        .verdict(include_str!("../expected.shape"));
}

/// A header that is there under another spelling is not there.
fn names_are_spelt_right(seen: &Seen) -> Fact {
    let sent = seen.crossings().iter().filter(|sent| sent.to == "broker");
    let mut names = sent.flat_map(|sent| sent.headers.iter().map(|(name, _)| name));
    let other =
        |name: &&String| name.eq_ignore_ascii_case("traceparent") && name.as_str() != "traceparent";
    match names.find(other) {
        None => Ok(()),
        Some(name) => {
            let message = format!("dealer-feed wrote `{name}`: NATS compares letter by letter");
            Err(Diagnosis::new(Code::MissingLink, message).into())
        }
    }
}

/// What came without a context has no link, to nobody.
fn a_fax_is_nobodys(seen: &Seen) -> Fact {
    let without = |name: &str| {
        let spans = seen.named(name).into_iter();
        spans.filter(|span| span.links.is_empty()).count()
    };
    let (fetched, processed) = (
        without("fetch cars.offered"),
        without("process cars.offered"),
    );
    match seen.named("process cars.offered").last() {
        Some(last) if fetched == 0 || processed == 0 => {
            let message = "what came by fax is linked to somebody, and it came without a context";
            Err(about_span(Code::WrongLink, last, message).into())
        }
        _ => Ok(()),
    }
}
