//! What is to be said of a night beside its spans.

use std::time::Duration;

use marketplace::Journal;
use testkit::{Code, Diagnosis, Fact, Seen};

/// The length of the queue: so many spans, at least, are waiting when a flood ends.
const QUEUE: usize = 32;
/// How long it takes to send a batch.
const BATCH: Duration = Duration::from_millis(50);

/// As many spans were received as the program says.
pub(crate) fn honest(told: u64, received: usize) -> Fact {
    let why = format!("the program says that {told} spans arrived, {received} did");
    match received {
        _ if told == received as u64 => Ok(()),
        ..QUEUE => Err(Diagnosis::new(Code::NeverExported, why).into()),
        _ if told > received as u64 => Err(Diagnosis::new(Code::DroppedSpans, why).into()),
        _ => Err(Diagnosis::new(Code::WrongAnswer, why).into()),
    }
}

/// No price waits until its span is sent: not usually, and not one in six. A flush now and then is
/// less, and a pause of a busy machine is much less.
pub(crate) fn cheap(done: &Journal) -> Fact {
    let (usual, waits) = (done.usual_wait("reprice car"), done.waits("reprice car"));
    let long = waits.iter().filter(|wait| **wait >= BATCH).count();
    if usual < BATCH / 10 && long * 6 <= waits.len() {
        return Ok(());
    }
    let why = format!(
        "from one price to the next {usual:.0?} pass, and {long} of {} times {BATCH:?} and more: \
         prices wait for spans",
        waits.len()
    );
    Err(Diagnosis::new(Code::TooExpensive, why).into())
}

/// What arrives does not arrive by chance.
pub(crate) fn asked_for(seen: &Seen) -> Fact {
    let why = "nobody asked the provider to deliver what it holds: what arrived was lucky";
    let chance = || Diagnosis::new(Code::NeverExported, why).into();
    seen.flushed().then_some(()).ok_or_else(chance)
}
