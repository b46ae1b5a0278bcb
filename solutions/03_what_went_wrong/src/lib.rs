//! Whatever happens, a page is answered with 200, and its trace believes it.
//!
//! Given: a car's page and its photo. The work behind them (`work.rs`) fails, panics, takes too long,
//! or is dropped because the customer goes away. The page says sorry; its trace says nothing.
//! Goal: who looks at the traces can tell a failure from an answer.
//! Done when: a page's span is of kind SERVER. Where there is no page or photo, the status is Error
//! with what went wrong as its description, `error.type` names the class, and one event `exception`
//! has the same words. Every other span has none of these; its status is Unset.

mod work;

use marketplace::Market;
use tracing::{Span, instrument};
#[allow(unused_imports, reason = "for the gaps")]
use {
    opentelemetry::{KeyValue, trace::Status},
    tracing::field::Empty,
    tracing_opentelemetry::OpenTelemetrySpanExt,
    work::{Trouble, Unfinished},
};

// ANCHOR: kind
/// Answers the request for a car's page. The status of the answer is 200, whatever it says.
#[instrument(name = "GET /cars/{id}", skip_all, fields(
    url.path = format!("/cars/{id}"),
    http.request.method = "GET",
    http.route = "/cars/{id}",
    http.response.status_code = 200,
    // DONE(03.1): the span of a page is a SERVER span
    otel.kind = "server",
))]
pub async fn page(market: &Market, id: u32) -> String {
    let span = Span::current();
    // END(03.1)
    // ANCHOR_END: kind
    match work::car(market, id).await {
        Ok(car) => format!("{} for {} EUR", car.model, car.price_eur),
        // ANCHOR: excuse
        // DONE(03.2): an excuse for a failure is a failure; an answer is none
        Err(trouble) => {
            if trouble != Trouble::NoSuchCar {
                failed(&span, trouble.class(), &trouble.to_string());
            }
            format!("Sorry: {trouble}.")
        }
    }
    // ANCHOR_END: excuse
    // END(03.2)
}

/// Answers the request for a car's photo.
#[instrument(name = "GET /cars/{id}/photo", skip_all, fields(
    url.path = format!("/cars/{id}/photo"),
    http.request.method = "GET",
    http.route = "/cars/{id}/photo",
    otel.kind = "server",
))]
pub async fn photo(market: &Market, id: u32) -> String {
    let span = Span::current();
    // ANCHOR: dropped
    // DONE(03.4): a customer who goes away drops this future while it waits
    let unfinished = Unfinished::new(&span);
    let photo = work::photo(market, id).await;
    unfinished.finished();
    photo
    // END(03.4)
    // ANCHOR_END: dropped
}

// ANCHOR: failed
/// Tells a span what went wrong: `class` is one of a few words, `why` for people.
#[allow(dead_code, reason = "for the gaps")]
fn failed(span: &Span, class: &'static str, why: &str) {
    // DONE(03.3): status, class and event of a span that failed
    span.set_status(Status::error(why.to_owned()));
    span.set_attribute("error.type", class);
    let what = KeyValue::new("exception.type", class);
    let why = KeyValue::new("exception.message", why.to_owned());
    span.add_event("exception", vec![what, why]);
    // END(03.3)
}
// ANCHOR_END: failed
