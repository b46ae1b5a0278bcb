//! Work that leaves its task keeps its trace, its parent and its true duration.

use std::{cell::RefCell, collections::BTreeMap};

use marketplace::{Journal, Market};
use testkit::{Code, Fact, Seen, Span, about_span, exercise, expect_eq};

/// How many cars, the best one, how many have photos; and what was really done.
type Answer = ((usize, u32, usize), Journal);

async fn search(query: &str) -> Result<Answer, String> {
    let market = Market::open();
    let answer = tasks::search(market.clone(), query.to_owned()).await;
    let (cars, photos) = answer.map_err(|error| error.to_string())?;
    let told = (cars.len(), cars.first().map_or(0, |car| car.id), photos);
    Ok((told, market.journal()))
}

#[test]
fn each_hop_keeps_its_trace_and_each_span_is_as_long_as_its_work() {
    let done = RefCell::new(BTreeMap::new());
    exercise!()
        .call_async("search", async || {
            tokio::join!(search("golf"), search("polo"))
        })
        .expect(|(golf, polo)| {
            let ((golfs, golf), (polos, polo)) = (golf.clone()?, polo.clone()?);
            done.replace([("golf", golf.clone()), ("polo", polo.clone())].into());
            let right = ((12, 2, 12), (4, 6, 4));
            expect_eq((golfs, polos), right, "the cars must stay the same")?;
            at_once(&golf).and(at_once(&polo))
        })
        .fact(|seen| lengths(seen, &done.borrow()))
        .verdict(include_str!("../expected.shape"));
}

/// The sources are asked at once, and what blocks does not block the search.
fn at_once(done: &Journal) -> Result<(), String> {
    let moved = |work| !done.share_a_thread(work, "merge");
    let kept = moved("read photos") && moved("score cars") && !done.is_sequential();
    let why = "the sources must still be asked at once, and nothing may block the search";
    kept.then_some(()).ok_or(why.to_owned())
}

/// Each child of a search is held against what was done for that search.
fn lengths(seen: &Seen, done: &BTreeMap<&str, Journal>) -> Fact {
    for span in seen.spans() {
        let is_parent = |root: &&Span| Some(root.span_id) == span.parent_span_id;
        let parent = seen.spans().iter().find(is_parent);
        let query = parent.and_then(|root| root.attributes.text("workshop.query"));
        if let Some(done) = query.and_then(|query| done.get(query)) {
            length(seen, span, done)?;
        }
    }
    Ok(())
}

/// A span covers its work and no more: the sources end before the merge, scoring begins after it.
fn length(seen: &Seen, span: &Span, done: &Journal) -> Fact {
    let mut alike = seen.named(&span.name);
    alike.retain(|other| other.parent_span_id == span.parent_span_id);
    if alike.len() != done.of(&span.name).count() {
        return Ok(()); // The shape says what is wrong.
    }
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
