//! Work that leaves its task keeps its trace, its parent and its true duration.

use std::{cell::RefCell, collections::BTreeMap};

use marketplace::{Journal, Market};
use testkit::{Code, Fact, Seen, Span, about_span, exercise, expect_eq};

const SHAPE: &str = include_str!("../expected.shape");

type Done = BTreeMap<String, Journal>; // what was really done, by query

/// Two customers search at once. Told are the number of cars, the best one, how many have photos.
async fn two_searches() -> Result<(Vec<(usize, u32, usize)>, Done), String> {
    let markets = [("golf", Market::open()), ("polo", Market::open())];
    let search = |(query, market): &(&str, Market)| tasks::search(market.clone(), (*query).into());
    let (golf, polo) = tokio::join!(search(&markets[0]), search(&markets[1]));
    let mut answers = Vec::new();
    for answer in [golf, polo] {
        let (cars, photos) = answer.map_err(|error| error.to_string())?;
        answers.push((cars.len(), cars.first().map_or(0, |car| car.id), photos));
    }
    let done = markets.map(|(query, market)| (query.into(), market.journal()));
    Ok((answers, done.into()))
}

#[test]
fn each_hop_keeps_its_trace_and_each_span_is_as_long_as_its_work() {
    let done = RefCell::new(Done::new());
    exercise!()
        .call_async("search", two_searches)
        .expect(|answer| {
            let (answers, journals) = answer.as_ref().map_err(Clone::clone)?;
            done.replace(journals.clone());
            let right = vec![(12, 2, 12), (4, 6, 4)];
            expect_eq(answers, &right, "the cars must stay the same")?;
            journals.values().try_for_each(at_once)
        })
        .fact(|seen| lengths(seen, &done.borrow()))
        .verdict(SHAPE);
}

/// The sources are asked at once, and what blocks does not block the search.
fn at_once(done: &Journal) -> Result<(), String> {
    let blocked = |work| done.share_a_thread(work, "merge");
    let blocked = blocked("read photos") || blocked("score cars");
    expect_eq(blocked, false, "what blocks must not block the search")?;
    expect_eq(
        done.is_sequential(),
        false,
        "the sources must be asked at once",
    )
}

/// A span covers its work and no more: the sources end before the merge, scoring begins after it.
fn lengths(seen: &Seen, done: &Done) -> Fact {
    for root in seen.named("search cars") {
        let query = root.attributes.text("workshop.query").unwrap_or_default();
        for work in done.get(query).map_or(&[][..], Journal::entries) {
            let mut spans = seen.named(&work.work);
            spans.retain(|span| span.parent_span_id == Some(root.span_id));
            // How many there must be is for the shape to say.
            if spans.len() == done[query].of(&work.work).count() {
                spans
                    .iter()
                    .try_for_each(|span| length(span, &done[query]))?;
            }
        }
    }
    Ok(())
}

fn length(span: &Span, done: &Journal) -> Fact {
    let (start, end) = (span.start_unix_nano, span.end_unix_nano);
    let covers = done.of(&span.name).any(|work| work.is_within(start, end));
    let beyond = done.of("merge").any(|merge| match span.name.as_str() {
        "score cars" => start < merge.end_unix_nano,
        _ => end > merge.start_unix_nano,
    });
    let (code, how) = match (covers, beyond) {
        (true, false) => return Ok(()),
        (true, true) => (Code::Stretched, "lasts longer than its work"),
        (false, _) => (Code::MissingSpan, "was not open while its work was done"),
    };
    Err(about_span(code, span, format!("`{}` {how}", span.name)).into())
}
