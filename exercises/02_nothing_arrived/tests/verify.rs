//! A program delivers its spans before it ends, and says how many it could not deliver.

use std::{cell::RefCell, time::Duration};

use marketplace::{Journal, Market};
use testkit::{Code, Diagnosis, Fact, exercise, expect_eq};

const QUIET: &str = include_str!("../expected.shape");
/// A loud one: how many arrive is not known before.
const FLOOD: &str = "repricing internal \"reprice car\" x0..72";
/// The length of the queue: so many spans, at least, are waiting when a flood ends.
const QUEUE: usize = 32;
/// How long it takes to send a batch.
const BATCH: Duration = Duration::from_millis(50);

/// What the program says ended and arrived, and what it really did.
type Answer = Result<(u64, u64, Journal), String>;

fn reprice(rounds: usize) -> Answer {
    let market = Market::open();
    let told = nothing_arrived::reprice(&market, rounds).map_err(|error| error.to_string())?;
    Ok((told.ended, told.arrived, market.journal()))
}

#[test]
fn after_a_quiet_night_every_span_has_arrived() {
    exercise!()
        .program("repricing", || reprice(1))
        .expect(|answer| prices(answer, 12))
        .verdict(QUIET);
}

#[test]
fn after_a_flood_the_program_says_how_many_spans_arrived() {
    let answer = RefCell::new((0, Journal::default()));
    exercise!()
        .program("repricing", || reprice(6))
        .expect(|told| {
            let (_, arrived, done) = told.clone()?;
            answer.replace((arrived, done));
            prices(told, 72)
        })
        .fact(|seen| honest(answer.borrow().0, seen.spans().len()))
        .fact(|_| cheap(&answer.borrow().1))
        .verdict(FLOOD);
}

/// All prices were changed, each with a span.
fn prices(answer: &Answer, number: usize) -> Result<(), String> {
    let (ended, _, done) = answer.as_ref().map_err(Clone::clone)?;
    let changed = done.of("reprice car").count();
    let why = "every price must still be changed, each with its span";
    expect_eq((changed, *ended), (number, number as u64), why)
}

/// As many spans were received as the program says.
fn honest(told: u64, received: usize) -> Fact {
    let why = format!("the program says that {told} spans arrived, {received} did");
    match received {
        _ if told == received as u64 => Ok(()),
        ..QUEUE => Err(Diagnosis::new(Code::NeverExported, why).into()),
        _ if told > received as u64 => Err(Diagnosis::new(Code::DroppedSpans, why).into()),
        _ => Err(Diagnosis::new(Code::WrongAnswer, why).into()),
    }
}

/// No price waits until its span is sent.
fn cheap(done: &Journal) -> Fact {
    let wait = done.usual_wait("reprice car");
    if wait < BATCH {
        return Ok(());
    }
    let why = format!("from one price to the next {wait:.0?} pass: each waits for its span");
    Err(Diagnosis::new(Code::TooExpensive, why).into())
}
