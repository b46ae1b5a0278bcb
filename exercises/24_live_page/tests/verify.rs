//! Whatever goes over the connection of a live page says itself whose it is.

mod tabs;

use browser::{INSTALL, is_installed};
use live_page::search;
use testkit::{Fact, Seen, exercise, expect_eq, facts::ends_by};

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
        .verdict(include_str!("../expected.shape"));
}

/// The answer to an event ends with its reply, and no push is made before that.
fn over_with_the_reply(seen: &Seen) -> Fact {
    for answer in seen.named("filter cars") {
        let pushes = seen.named("push values").into_iter();
        let mut pushes = pushes.filter(|push| push.trace_id == answer.trace_id);
        if let Some(push) = pushes.next() {
            let why = "lasts until the values are there: it was over when its reply was sent";
            ends_by(&[answer], push.start_unix_nano, why)?;
        }
    }
    Ok(())
}
