//! The OpenTelemetry API, which calls an exception an error and records it as an event.

mod work;

use marketplace::Market;
use opentelemetry::{
    KeyValue,
    trace::{Status, TraceContextExt},
};
use tracing::{Span, instrument};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use work::{Trouble, Unfinished};

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
    let context = span.context();
    let span = context.span();
    span.set_status(Status::error(why.to_owned()));
    span.set_attribute(KeyValue::new("error.type", class));
    span.record_error(&Failure(why.to_owned()));
}

/// A failure as an error of Rust.
#[derive(Debug)]
struct Failure(String);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}
