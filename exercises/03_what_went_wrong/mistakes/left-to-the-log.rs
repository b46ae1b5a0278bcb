//! code: wrong-status
//! why: `error!` makes the span an Error, so nobody writes a status: it is one without a description

mod work;

use marketplace::Market;
use tracing::{Span, error, instrument};
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
    span.set_attribute("error.type", class);
    span.in_scope(|| error!(exception.type = class, exception.message = why, "exception"));
}
