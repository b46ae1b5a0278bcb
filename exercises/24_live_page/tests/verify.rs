//! Whatever goes over the connection of a live page says itself whose it is.

mod tabs;

use browser::{INSTALL, is_installed};
use live_page::search;
use testkit::{Code, Fact, Kind, Seen, Span, about_span, exercise, expect_eq, facts::ends_by};

#[test]
fn a_frame_says_whose_it_is_whatever_connection_it_takes() {
    exercise!()
        .needs("chromium", INSTALL, is_installed)
        // What was not sent is lost with a server that is killed, and that would be nobody's fault.
        .variable("OTEL_BSP_SCHEDULE_DELAY", "50")
        .guest("web")
        .service("search", |place| search(place.listener()))
        .drive(tabs::all)
        .expect(|shown| {
            let shown = shown.as_ref().map_err(ToString::to_string)?;
            let why = "the pages must show what was asked for, and every new price";
            expect_eq(shown.each_ref().map(String::as_str), tabs::SHOWN, why)
        })
        .fact(over_with_the_reply)
        .fact(open_until_the_reply)
        .verdict(include_str!("../expected.shape"));
}

/// The answer to an event ends with its reply, and no push is made before that.
fn over_with_the_reply(seen: &Seen) -> Fact {
    let below = |name: &str, above: &Span| {
        let mut spans = seen.named(name).into_iter();
        spans.find(|span| span.parent_span_id == Some(above.span_id))
    };
    for answer in of_kind(seen, "filter cars", Kind::Server) {
        let push = below("value cars", answer).and_then(|value| below("push values", value));
        if let Some(push) = push {
            let why = "lasts until the values are there, and was over when its reply was sent";
            ends_by(&[answer], push.start_unix_nano, why)?;
        }
    }
    Ok(())
}

/// Whoever asks while the server is gone waits until there is one again. Both are told by the clock of
/// one page.
fn open_until_the_reply(seen: &Seen) -> Fact {
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
