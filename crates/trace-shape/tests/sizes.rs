//! Ten thousand spans, however they hang, are judged without overflow and in bounded time.

mod common;

use std::time::{Duration, Instant};

use common::{span_id, trace_id};
use trace_model::{Forest, Span};
use trace_shape::{Code, Evidence, Shape, compare, judge};

const MANY: usize = 10_000;
/// Far above what an unoptimised build needs, far below what a quadratic one does.
const LIMIT: Duration = Duration::from_secs(60);

fn spans(parent: impl Fn(usize) -> Option<usize>) -> Vec<Span> {
    let span = |number: usize| {
        let mut span = Span::new(trace_id(0), span_id(number), "search", "work");
        span.parent_span_id = parent(number).map(span_id);
        span.start_unix_nano += number as u64;
        span
    };
    (0..MANY).map(span).collect()
}

#[track_caller]
fn judged(right: Vec<Span>, wrong: Vec<Span>) -> Vec<Code> {
    let began = Instant::now();
    let report = compare(&Forest::new(right), &Forest::new(wrong));
    assert!(began.elapsed() < LIMIT, "took {:?}", began.elapsed());
    report
        .diagnoses
        .iter()
        .map(|diagnosis| diagnosis.code)
        .collect()
}

#[test]
fn a_chain_is_what_it_is_and_breaks_once() {
    let chain = || spans(|number| number.checked_sub(1));
    assert!(judged(chain(), chain()).is_empty());
    let mut broken = chain();
    broken.remove(MANY / 2);
    assert!(!judged(chain(), broken).is_empty());
}

#[test]
fn a_flat_tree_lacks_one() {
    let flat = || spans(|number| (number > 0).then_some(0));
    let mut broken = flat();
    broken.remove(MANY / 2);
    assert_eq!(judged(flat(), broken), [Code::MissingSpan]);
}

#[test]
fn nothing_but_orphans_and_nothing_but_strangers() {
    let orphans = || spans(|number| Some(number + MANY));
    let _ = judged(spans(|number| number.checked_sub(1)), orphans());
    let shape = Shape::parse("shop server \"GET /\"\n").expect("a shape");
    let report = judge(&shape, &Forest::new(orphans()), &Evidence::default());
    assert!(
        report
            .diagnoses
            .iter()
            .any(|one| one.code == Code::UnexpectedSpan && one.count == MANY)
    );
}

#[test]
fn a_group_of_any_number_takes_them_all() {
    let shape = "search internal \"work\"\n  search internal \"work\" x1..*\n";
    let shape = Shape::parse(shape).expect("a shape");
    let flat = spans(|number| (number > 0).then_some(0));
    assert!(judge(&shape, &Forest::new(flat), &Evidence::default()).passed());
}
