//! What spans say of waiting.

use testkit::{Code, Fact, Seen, Span, about_span, facts::took};

/// The stages that hand events on to a slower one.
const BEFORE: [&str; 3] = ["import car", "normalise car", "enrich car"];
/// Those that they hand on to.
const STAGES: [&str; 3] = ["normalise car", "enrich car", "index car"];
const WAIT: &str = "workshop.demand.wait";
/// How far the clocks of spans and of durations may be apart, in nanoseconds.
const CLOCKS: u64 = 1_000_000;

fn stages(seen: &Seen) -> Vec<&Span> {
    BEFORE.iter().flat_map(|name| seen.named(name)).collect()
}

/// At a moment when nobody but the last stage works, no other stage's span goes on.
pub(crate) fn nobody_works(seen: &Seen, moment: u64) -> Fact {
    let mut stages = stages(seen).into_iter();
    let goes_on = |span: &&Span| span.start_unix_nano < moment && moment < span.end_unix_nano;
    match stages.find(goes_on) {
        None => Ok(()),
        Some(span) => {
            let message = format!("`{}` goes on while its stage waits for demand", span.name);
            Err(about_span(Code::Stretched, span, message).into())
        }
    }
}

/// At least two stages waited for so many nanoseconds, and say so. Nobody waited longer than from the
/// end of their work until the next stage had the event.
pub(crate) fn are_told(seen: &Seen, nanos: u64) -> Fact {
    let stages = stages(seen);
    for span in &stages {
        let is_next = |next: &&Span| {
            next.parent_span_id == Some(span.span_id) && STAGES.contains(&next.name.as_str())
        };
        if let Some(next) = seen.spans().iter().find(is_next) {
            no_longer(
                span,
                next.start_unix_nano.saturating_sub(span.end_unix_nano),
            )?;
        }
    }
    // One that says nothing at all is for the shape.
    let long = |span: &&&Span| took(span, WAIT, nanos..=u64::MAX).is_ok();
    match stages.first() {
        Some(first) if stages.iter().filter(long).count() < 2 => {
            let message = format!("`{WAIT}` says less than its stages have waited");
            Err(about_span(Code::WrongAttribute, first, message).into())
        }
        _ => Ok(()),
    }
}

/// A stage cannot have waited for longer than the event was on its way.
fn no_longer(span: &Span, nanos: u64) -> Fact {
    took(span, WAIT, 0..=nanos + CLOCKS).map_err(|mut wrong| {
        wrong.message = format!(
            "`{}` says that it waited for longer than its event was on the way: from the end of this \
             span to the beginning of the next stage's. Is some of its work among that?",
            span.name
        );
        wrong
    })
}
