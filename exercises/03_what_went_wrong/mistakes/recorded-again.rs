//! code: wrong-attribute
//! why: a page that failed should not say 200, and `record` looks as if it replaced a value

mod work;

use marketplace::Market;
use tracing::{Span, instrument};
use {
    opentelemetry::{KeyValue, trace::Status},
    tracing_opentelemetry::OpenTelemetrySpanExt,
    work::{Trouble, Unfinished},
};

/// Answers the request for a car's page. The status of the answer is 200, whatever it says.
#[instrument(name = "GET /cars/{id}", skip_all, fields(
    url.path = format!("/cars/{id}"),
    http.request.method = "GET",
    http.route = "/cars/{id}",
    http.response.status_code = 200,
    otel.kind = "server",
))]
pub async fn page(market: &Market, id: u32) -> String {
    let span = Span::current();
    match work::car(market, id).await {
        Ok(car) => format!("{} for {} EUR", car.model, car.price_eur),
        Err(trouble) => {
            if trouble != Trouble::NoSuchCar {
                span.record("http.response.status_code", 500);
                failed(&span, trouble.class(), &trouble.to_string());
            }
            format!("Sorry: {trouble}.")
        }
    }
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
    let unfinished = Unfinished::new(&span);
    let photo = work::photo(market, id).await;
    unfinished.finished();
    photo
}

/// Tells a span what went wrong: `class` is one of a few words, `why` for people.
fn failed(span: &Span, class: &'static str, why: &str) {
    span.set_status(Status::error(why.to_owned()));
    span.set_attribute("error.type", class);
    span.add_event(
        "exception",
        vec![
            KeyValue::new("exception.type", class),
            KeyValue::new("exception.message", why.to_owned()),
        ],
    );
}
