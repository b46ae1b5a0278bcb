//! Who has published a message, as its headers and its links say.

use testkit::{Code, Diagnosis, Fact, Seen, Span, about_span};

/// A header that is there under another spelling is not there.
pub(crate) fn names_are_spelt_right(seen: &Seen) -> Fact {
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

/// What came without a context has no link, to nobody; whoever is not recorded has published all the same.
pub(crate) fn are_linked_where_they_are_known(seen: &Seen) -> Fact {
    let processed = seen.named("process cars.offered");
    let of_car = |id: Option<&str>| {
        let is_it = |span: &&&Span| span.attributes.text("messaging.message.id") == id;
        processed.iter().find(is_it).copied()
    };
    let (faxed, unrecorded) = (of_car(None), of_car(Some("offer-8")));
    let fetched = seen.named("fetch cars.offered");
    let is_fetched_alone = fetched.iter().any(|span| span.links.is_empty());
    // Where nobody has a link, the shape has more to say.
    let anybody = processed.iter().any(|span| !span.links.is_empty());
    match (faxed, unrecorded) {
        (Some(faxed), _) if !(faxed.links.is_empty() && is_fetched_alone) => {
            let message = "what came by fax is linked to somebody, and it came without a context";
            Err(about_span(Code::WrongLink, faxed, message).into())
        }
        (_, Some(unrecorded)) if anybody && unrecorded.links.is_empty() => {
            let message = "what is done for car 8 has no link. Nobody records its publishing, and its \
                           ids are sent along all the same: others may know them";
            Err(about_span(Code::MissingLink, unrecorded, message).into())
        }
        _ => Ok(()),
    }
}
