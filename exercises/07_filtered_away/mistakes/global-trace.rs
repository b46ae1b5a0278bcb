//! code: unexpected-span
//! why: with everything on, nothing is missing: neither the spans of this service nor those of everybody else

mod driver;

use std::{error::Error, io};

use marketplace::Market;
use opentelemetry::Context;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing::{debug, info, instrument, trace_span};
use tracing_subscriber::{
    Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

/// Shows a car, with as many log lines as `log` asks for, which is what `RUST_LOG` says.
pub fn serve(log: &str, id: u32) -> Result<String, Box<dyn Error>> {
    let provider = pipeline()?;
    let log: Targets = log.parse()?;
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("search"));
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(false);
    let subscriber = tracing_subscriber::registry()
        .with(LevelFilter::TRACE)
        .with(spans)
        .with(lines.with_filter(log));
    subscriber.try_init()?;
    let page = show(&Market::open(), id);
    provider.force_flush()?;
    Ok(page)
}

#[instrument(name = "GET /cars/{id}", skip_all, fields(otel.kind = "server"))]
fn show(market: &Market, id: u32) -> String {
    info!("shows car {id}");
    let car = find_car(market, id);
    car.map_or("no such car".to_owned(), |car| {
        format!("{} for {} EUR", car.model, car.price_eur)
    })
}

#[instrument(name = "find car", skip_all)]
fn find_car(market: &Market, id: u32) -> Option<marketplace::Car> {
    debug!("asks the driver for car {id}");
    // For those who read the log closely.
    let _row = trace_span!("row", id).entered();
    let context = Context::current();
    driver::select(market, id, &context)
}

fn pipeline() -> Result<SdkTracerProvider, telemetry::Error> {
    let provider = SdkTracerProvider::builder()
        .with_resource(telemetry::resource("search"))
        .with_span_processor(telemetry::witness())
        .with_batch_exporter(telemetry::exporter()?)
        .build();
    opentelemetry::global::set_tracer_provider(provider.clone());
    Ok(provider)
}
