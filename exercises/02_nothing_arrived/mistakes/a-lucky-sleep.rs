//! code: never-exported
//! why: a queue that is emptied each millisecond needs no flush, if the sleep is long enough for tonight

use std::error::Error;

use marketplace::Market;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use tracing::info_span;

mod line;

use line::{Accepted, Line};

/// What became of the spans of one night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The spans that ended.
    pub ended: u64,
    /// The spans that the backend has.
    pub arrived: u64,
}

/// Changes the price of each Golf, `rounds` times.
pub fn reprice(market: &Market, rounds: usize) -> Result<Delivery, Box<dyn Error>> {
    let accepted = Accepted::default();
    let provider = pipeline(Line::open(accepted.clone())?)?;
    let cars = market.find_listings("golf");
    let mut ended = 0;
    for car in (0..rounds).flat_map(|_| &cars) {
        info_span!("reprice car").in_scope(|| market.reprice(car));
        ended += 1;
    }
    std::thread::sleep(std::time::Duration::from_secs(1));
    drop(provider);
    let arrived = accepted.spans();
    Ok(Delivery { ended, arrived })
}

/// The way from a span to the backend.
fn pipeline(line: Line) -> Result<SdkTracerProvider, telemetry::Error> {
    let config = BatchConfigBuilder::default()
        .with_max_queue_size(32)
        .with_max_export_batch_size(16)
        .with_scheduled_delay(std::time::Duration::from_millis(1))
        .build();
    let batches = BatchSpanProcessor::builder(line).with_batch_config(config);
    let provider = SdkTracerProvider::builder()
        .with_resource(telemetry::resource("repricing"))
        .with_span_processor(telemetry::witness())
        .with_span_processor(batches.build())
        .build();
    telemetry::subscribe(&provider)?;
    opentelemetry::global::set_tracer_provider(provider.clone());
    Ok(provider)
}
