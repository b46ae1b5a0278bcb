//! A search lasts as long as its customer waits; its audit knows it, and is no part of it.

use std::{
    cell::Cell,
    time::{SystemTime, UNIX_EPOCH},
};

use marketplace::Market;
use outliving_work::{Archive, search};
use testkit::{
    Code, Fact, Seen, about_span, exercise, expect_eq,
    facts::{covers_children, ends_by},
};
use tokio::task;

/// How many cars each customer was told of; when both had their answers, in nanoseconds since the Unix
/// epoch, and how many spans were open then; and what was audited in the end.
type Answer = ([usize; 2], u64, usize, Vec<String>);

/// Two customers at once. The archive opens when both have their answers.
async fn two_customers() -> Answer {
    let archive = Archive::closed();
    let asks = |customer, query| search(Market::open(), archive.clone(), customer, query);
    let (golf, polo) = tokio::join!(asks("anna", "golf"), asks("ben", "polo"));
    let answered = SystemTime::now().duration_since(UNIX_EPOCH);
    // A span is counted when its work has begun.
    while archive.waiting() < 2 {
        task::yield_now().await;
    }
    let open = telemetry::open_spans();
    archive.open();
    while archive.written().len() < 2 {
        task::yield_now().await;
    }
    let answered = answered.map_or(0, |time| time.as_nanos().try_into().unwrap_or(u64::MAX));
    ([golf, polo], answered, open, archive.written())
}

#[test]
fn a_search_ends_with_its_answer_and_its_audit_links_to_it() {
    let (answered, open) = (Cell::new(0), Cell::new(0));
    exercise!()
        .call_async("search", two_customers)
        .expect(|(found, time, spans, written)| {
            answered.set(*time);
            open.set(*spans);
            expect_eq(*found, [3, 1], "the dealers have so many cars")?;
            let audits = ["golf: 3".to_owned(), "polo: 1".to_owned()];
            expect_eq(&written[..], &audits[..], "each search is audited")
        })
        .fact(|seen| ends_with_its_answer(seen, answered.get(), open.get()))
        .fact(|seen| covers_children(seen, "audit search"))
        .verdict(include_str!("../expected.shape"));
}

/// No search goes on when its customer has the answer, and none is held open beyond that.
fn ends_with_its_answer(seen: &Seen, answered: u64, open: usize) -> Fact {
    let searches = seen.named("search cars");
    ends_by(
        &searches,
        answered,
        "goes on when its customer has the answer",
    )?;
    match searches.first() {
        // Two audits have begun.
        Some(search) if open > 2 => {
            let message = "`search cars` is held open by what outlives it: it ended with its answer, \
                           and is sent when the last handle is gone";
            Err(about_span(Code::Stretched, search, message).into())
        }
        _ => Ok(()),
    }
}
