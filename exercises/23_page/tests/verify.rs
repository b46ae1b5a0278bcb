//! Each visit is one trace, through two services and a browser, unless it must not be recorded.

mod visits;

use std::collections::BTreeSet;

use browser::{INSTALL, is_installed};
use page::{pricing, search};
use testkit::{Code, Diagnosis, Fact, Seen, about_span, exercise};

#[test]
fn a_visit_is_one_trace_from_the_server_to_the_page_and_back() {
    exercise!()
        .needs("chromium", INSTALL, is_installed)
        .guest("web")
        .service("pricing", |place| {
            pricing(place.listener(), place.url_for("web", "search"))
        })
        .service("search", |place| {
            search(place.listener(), place.url_for("web", "pricing"))
        })
        .drive(visits::all)
        .fact(rendered_for_each_visit)
        .fact(as_the_server_decided)
        .verdict(include_str!("../expected.shape"));
}

/// No two visits go on with the same span: a page that was kept anywhere tells the second visitor what
/// is true of the first.
fn rendered_for_each_visit(seen: &Seen) -> Fact {
    let loads = seen.named("documentLoad");
    let parents: BTreeSet<_> = loads.iter().map(|load| load.parent_span_id).collect();
    let joined = parents.len() < loads.len() && !parents.contains(&None);
    match loads.first() {
        Some(load) if joined => {
            let message = "two visits were given the same page, with the same `traceparent` in it";
            Err(about_span(Code::FalseJoin, load, message).into())
        }
        _ => Ok(()),
    }
}

/// Of a visit that is not recorded, the page sends no span, and tells the next server.
fn as_the_server_decided(seen: &Seen) -> Fact {
    let asked = seen.crossings().iter().filter(|sent| sent.to == "pricing");
    let sent: Vec<&str> = asked
        .filter_map(|sent| sent.header("traceparent"))
        .collect();
    let unrecorded = sent.iter().filter(|sent| sent.ends_with("-00")).count();
    // There is a fourth visit only where the pages know their servers.
    if sent.len() < 4 || unrecorded == 1 {
        return Ok(());
    }
    let message = "one of four visits is not recorded: its page says `-00`, and asks for the price with \
                   another flag";
    let mut diagnosis = Diagnosis::new(Code::UnexpectedSpan, message);
    diagnosis.expected = Some("a `traceparent` that ends in -00".to_owned());
    diagnosis.actual = Some(format!("{unrecorded} of {} do", sent.len()));
    (diagnosis.service, diagnosis.span) = (Some("web".to_owned()), Some("GET".to_owned()));
    Err(diagnosis.into())
}
