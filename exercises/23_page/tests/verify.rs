//! Each visit is one trace, through two services and a browser, unless it must not be recorded.

mod facts;
mod visits;

use browser::{INSTALL, is_installed};
use page::{pricing, search};
use testkit::exercise;

#[test]
fn a_visit_is_one_trace_from_the_server_to_the_page_and_back() {
    exercise!()
        .needs("chromium", INSTALL, is_installed)
        .guest("web")
        .service("pricing", |place| {
            pricing(place.listener(), place.url_for("web", "search"))
        })
        .service("search", |place| {
            search(place.listener(), place.url_for("web", "pricing"))
        })
        .drive(visits::all)
        .fact(facts::rendered_for_each_visit)
        .fact(facts::as_the_server_decided)
        .fact(facts::in_the_order_of_one_clock)
        .fact(facts::told_to_nobody_else)
        .fact_of(facts::together)
        .fact_of(facts::tagged)
        .fact_of(facts::kept_by_nobody)
        .verdict(include_str!("../expected.shape"));
}
