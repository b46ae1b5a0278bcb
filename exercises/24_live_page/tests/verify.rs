//! Whatever goes over the connection of a live page says itself whose it is.

mod facts;
mod tabs;

use browser::{INSTALL, is_installed};
use live_page::search;
use testkit::{exercise, expect_eq};

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
        .fact(facts::within_its_page)
        .fact(facts::open_while_it_answers)
        .fact(facts::over_with_the_reply)
        .fact(facts::made_when_it_is_known)
        .fact(facts::open_until_the_reply)
        .verdict(include_str!("../expected.shape"));
}
