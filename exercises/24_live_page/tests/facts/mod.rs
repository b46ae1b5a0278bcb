//! When spans begin and end, which the shape does not ask.

use std::time::Duration;

use testkit::{
    Code, Fact, Kind, Seen, Span, about_span,
    facts::{ends_by, in_gap},
};

/// Half of what the dealers need to answer, and half of what it takes to value cars: both are asleep for as
/// long, so nothing is faster.
const ASKED: Duration = Duration::from_millis(5);
const VALUED: Duration = Duration::from_micros(1500);

/// What a page does it does after it was fetched, and nothing ends before it begins. Both are told by the clock
/// of one page.
pub(crate) fn within_its_page(seen: &Seen) -> Fact {
    let fetches = seen.named("documentFetch");
    let fetched = |load: &Span| {
        let mut fetches = fetches.iter();
        let own = fetches.find(|it| it.parent_span_id == Some(load.span_id));
        own.map(|it| it.end_unix_nano)
    };
    let mut loads = Vec::new();
    for load in seen.named("documentLoad") {
        loads.extend(fetched(load).map(|at| (load.span_id, at)));
    }
    for name in [
        "join cars",
        "filter cars",
        "process values",
        "process price",
    ] {
        for span in seen.named(name) {
            let page = loads
                .iter()
                .find(|(load, _)| span.links.iter().any(|link| link.span_id == *load));
            let Some((_, fetched)) = page else { continue };
            let what = if span.start_unix_nano < *fetched {
                "begins before its page was fetched: the code that makes it cannot have run"
            } else if span.end_unix_nano < span.start_unix_nano {
                "ends before it begins"
            } else {
                continue;
            };
            let message = format!(
                "`{name}` {what}. A time is in milliseconds since the Unix epoch, and `startSpan` and `end` know what time it is"
            );
            return Err(in_gap(about_span(Code::Stretched, span, message), "24.4").into());
        }
    }
    Ok(())
}

/// The answer to an event is open while the dealers are asked.
pub(crate) fn open_while_it_answers(seen: &Seen) -> Fact {
    for answer in of_kind(seen, "filter cars", Kind::Server) {
        if took(answer) < ASKED {
            let message = "`filter cars` of search was over at once, and then the dealers were asked: it is not open while its work is done";
            return Err(in_gap(about_span(Code::MissingSpan, answer, message), "24.1").into());
        }
    }
    Ok(())
}

/// A push begins when there is something to push, and not while the cars are valued.
pub(crate) fn made_when_it_is_known(seen: &Seen) -> Fact {
    for push in seen.named("push values") {
        let values = seen.named("value cars");
        let Some(value) = values
            .iter()
            .find(|it| push.parent_span_id == Some(it.span_id))
        else {
            continue;
        };
        let after = push.start_unix_nano.saturating_sub(value.start_unix_nano);
        if Duration::from_nanos(after) < VALUED {
            let message = "`push values` begins before the cars are valued: a PRODUCER is for the sending, and the rest is the work of `value cars`";
            return Err(in_gap(about_span(Code::Stretched, push, message), "24.3").into());
        }
    }
    Ok(())
}

fn took(span: &Span) -> Duration {
    Duration::from_nanos(span.end_unix_nano.saturating_sub(span.start_unix_nano))
}

/// The answer to an event ends with its reply, and no push is made before that.
pub(crate) fn over_with_the_reply(seen: &Seen) -> Fact {
    let below = |name: &str, above: &Span| {
        let mut spans = seen.named(name).into_iter();
        spans.find(|span| span.parent_span_id == Some(above.span_id))
    };
    for answer in of_kind(seen, "filter cars", Kind::Server) {
        let push = below("value cars", answer).and_then(|value| below("push values", value));
        if let Some(push) = push {
            let why = "lasts until the values are there, and was over when its reply was sent";
            ends_by(&[answer], push.start_unix_nano, why)
                .map_err(|found| in_gap(*found, "24.2"))?;
        }
    }
    Ok(())
}

/// Whoever asks while the server is gone waits until there is one again. Both are told by the clock of
/// one page.
pub(crate) fn open_until_the_reply(seen: &Seen) -> Fact {
    let asked = of_kind(seen, "filter cars", Kind::Client);
    let Some(last) = asked.last() else {
        return Ok(());
    };
    let mut joined = of_kind(seen, "join cars", Kind::Client);
    joined.retain(|join| join.links == last.links);
    match joined[..] {
        [_, again] if last.end_unix_nano < again.end_unix_nano => {
            let message = "`filter cars` was over before the page had joined again, and so before its reply: \
                           that somebody waited for it is not in the trace";
            Err(about_span(Code::MissingSpan, last, message).into())
        }
        _ => Ok(()),
    }
}

fn of_kind<'a>(seen: &'a Seen, name: &str, kind: Kind) -> Vec<&'a Span> {
    let mut spans = seen.named(name);
    spans.retain(|span| span.kind == kind);
    spans.sort_by_key(|span| span.start_unix_nano);
    spans
}
