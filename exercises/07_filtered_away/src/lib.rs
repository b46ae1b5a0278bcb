//! `RUST_LOG=warn` keeps the logs short, and takes the trace apart.
//!
//! Given: a service with spans and log lines of its own, and a driver (`driver.rs`) with log lines, a
//! span that is of no interest, and a span by the OpenTelemetry API, which no log level reaches.
//! Goal: who turns the logs up or down changes the logs, and nothing else.
//! Done when: at each level from `off` to `trace`, and with one for the driver alone, the log is what
//! was asked for, and the trace is whole: the spans of this service and `SELECT cars`, and no others.

mod driver;

use std::{error::Error, io};

use marketplace::Market;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
#[allow(unused_imports, reason = "for the gaps")]
use tracing::{Span, level_filters::LevelFilter};
use tracing::{debug, info, instrument, trace_span};
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};
#[allow(unused_imports, reason = "for the gaps")]
use {
    opentelemetry::Context, tracing_opentelemetry::OpenTelemetrySpanExt, tracing_subscriber::Layer,
};

/// The target of all spans and log lines of this crate.
#[allow(dead_code, reason = "for the gaps")]
const OURS: &str = env!("CARGO_CRATE_NAME");

/// Shows a car, with as many log lines as `log` asks for, which is what `RUST_LOG` says.
pub fn serve(log: &str, id: u32) -> Result<String, Box<dyn Error>> {
    let provider = pipeline()?;
    let log: Targets = log.parse()?;
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("search"));
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(false);
    // ANCHOR: subscriber
    // TODO(07.1): `log` says which lines are written, and nothing about spans
    let subscriber = tracing_subscriber::registry()
        .with(log)
        .with(spans)
        .with(lines);
    subscriber.try_init()?;
    // END(07.1)
    // ANCHOR_END: subscriber
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
    // ANCHOR: row
    // For those who read the log closely.
    let _row = trace_span!("row", id).entered();
    // ANCHOR_END: row
    // ANCHOR: driver
    // TODO(07.2): the driver is told in which context it works
    let context = Span::current().context();
    // END(07.2)
    // ANCHOR_END: driver
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
