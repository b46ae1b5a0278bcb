//! A call is one span on each side, from the request to the last row.

use testkit::{
    Code, Diagnosis, Fact, Kind, Seen, Span, exercise, expect_eq,
    facts::{covered, parent_or_link},
};

#[test]
fn a_call_lasts_until_its_last_row() {
    exercise!()
        .service("quotes", |place| grpc_stream::quotes(place.listener()))
        .service("search", |place| {
            grpc_stream::search(place.listener(), place.url("quotes"))
        })
        .drive(|client| {
            // Of the first one nobody may record anything.
            let unsampled = client.request("GET", "search", "/cars/99/best");
            unsampled.unsampled().send();
            let cars = ["7/best", "13/best", "8/best", "8/first", "99/best"];
            let asked = cars.map(|car| client.get("search", &format!("/cars/{car}")));
            (asked, client.get("search", "/haggle/16000"))
        })
        .expect(|(asked, haggled)| {
            let told = asked.each_ref().map(|reply| (reply.status, &*reply.body));
            let (best, first) = ((200, "Ost 17200"), (200, "Nord 8800"));
            let right = [best, (502, ""), (504, ""), first, (404, "")];
            let why = "the answers must stay as they are";
            expect_eq((told, &*haggled.body), (right, "17000"), why)
        })
        .fact(by_metadata)
        .fact(|seen| lasts(seen, "quotes.Quotes/Watch", "ask dealer"))
        .fact(|seen| lasts(seen, "quotes.Quotes/Haggle", "weigh offer"))
        .fact(|seen| parent_or_link(seen, "quotes.Quotes/Watch"))
        .verdict(include_str!("../expected.shape"));
}

/// Both spans of a call last at least as long as the work for its rows, where somebody reads them all.
fn lasts(seen: &Seen, call: &str, work: &str) -> Fact {
    let reads_all = |span: &&Span| {
        let status = span.attributes.get("http.response.status_code");
        span.kind == Kind::Server
            && ["GET /cars/{id}/best", "GET /haggle/{euros}"].contains(&&*span.name)
            && status.is_some_and(|status| status.to_string() != "504")
    };
    let read = seen.spans().iter().filter(reads_all);
    let read: Vec<_> = read.map(|span| span.trace_id).collect();
    let of_them = |name: &str| {
        let mut spans = seen.named(name);
        spans.retain(|span| read.contains(&span.trace_id));
        spans
    };
    let time = |span: &&Span| (span.start_unix_nano, span.end_unix_nano);
    let work: Vec<_> = of_them(work).iter().map(time).collect();
    for kind in [Kind::Client, Kind::Server] {
        let mut calls = of_them(call);
        calls.retain(|span| span.kind == kind);
        covered(&calls, &work)?;
    }
    Ok(())
}

/// What joins the two services is in the metadata of each call.
fn by_metadata(seen: &Seen) -> Fact {
    let joined = seen.forest().trace_ids().len() == 6;
    let mut calls = seen
        .crossings()
        .iter()
        .filter(|crossing| crossing.to == "quotes");
    match calls.find(|call| joined && call.header("traceparent").is_none()) {
        None => Ok(()),
        Some(call) => {
            let message = format!("search sent no `traceparent` with `{}`", call.request);
            Err(Diagnosis::new(Code::LostContext, message).into())
        }
    }
}
