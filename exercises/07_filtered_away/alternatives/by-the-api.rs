//! Spans by the OpenTelemetry API have no level, so a filter for everything is one for the log.

mod driver;

use std::{error::Error, io};

use marketplace::Market;
use opentelemetry::{
    Context, ContextGuard, global,
    trace::{SpanKind, TraceContextExt, Tracer},
};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{debug, info, trace_span};
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Shows a car, with as many log lines as `log` asks for, which is what `RUST_LOG` says.
pub fn serve(log: &str, id: u32) -> Result<String, Box<dyn Error>> {
    let provider = pipeline()?;
    let log: Targets = log.parse()?;
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(false);
    let subscriber = tracing_subscriber::registry().with(log).with(lines);
    subscriber.try_init()?;
    let page = show(&Market::open(), id);
    provider.force_flush()?;
    Ok(page)
}

fn show(market: &Market, id: u32) -> String {
    let _current = enter("GET /cars/{id}", SpanKind::Server);
    info!("shows car {id}");
    let car = find_car(market, id);
    car.map_or("no such car".to_owned(), |car| {
        format!("{} for {} EUR", car.model, car.price_eur)
    })
}

/// A span that is current until the guard is gone.
fn enter(name: &'static str, kind: SpanKind) -> ContextGuard {
    let tracer = global::tracer("search");
    let span = tracer.span_builder(name).with_kind(kind).start(&tracer);
    Context::current_with_span(span).attach()
}

fn find_car(market: &Market, id: u32) -> Option<marketplace::Car> {
    let _current = enter("find car", SpanKind::Internal);
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
