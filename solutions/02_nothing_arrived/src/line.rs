//! The line to the backend: slow, but it counts what was accepted. Nothing to do in here.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};

/// How long one batch takes, however many spans are in it.
const LATENCY: Duration = Duration::from_millis(50);

/// How many spans the backend has accepted until now; clones share the number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accepted(Arc<AtomicU64>);

impl Accepted {
    /// The number.
    #[allow(dead_code, reason = "for the gaps")]
    pub(crate) fn spans(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// An exporter for the course's backend.
#[derive(Debug)]
pub(crate) struct Line {
    exporter: opentelemetry_otlp::SpanExporter,
    accepted: Accepted,
}

impl Line {
    /// Opens the line, on which `accepted` counts.
    pub(crate) fn open(accepted: Accepted) -> Result<Self, telemetry::Error> {
        let exporter = telemetry::exporter()?;
        Ok(Self { exporter, accepted })
    }
}

impl SpanExporter for Line {
    // ANCHOR: export
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len() as u64;
        thread::sleep(LATENCY);
        self.exporter.export(batch).await?;
        self.accepted.0.fetch_add(spans, Ordering::SeqCst);
        Ok(())
    }
    // ANCHOR_END: export

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
