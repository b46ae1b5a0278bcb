//! Resource and exporter.

use std::{env, time::Duration};

use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;

use crate::{Error, client::Blocking};

/// How long one batch may take, retries included.
pub const EXPORT_LIMIT: Duration = Duration::from_secs(2);

/// The name in force: `OTEL_SERVICE_NAME` before `service`
/// (OpenTelemetry specification, "General SDK Configuration").
fn service_name(service: &str) -> String {
    set("OTEL_SERVICE_NAME").unwrap_or_else(|| service.to_owned())
}

/// An environment variable; empty counts as unset, as the OpenTelemetry specification demands.
pub(crate) fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Who produces the spans: `service.name`, and what `OTEL_RESOURCE_ATTRIBUTES` adds.
#[must_use]
pub fn resource(service: &str) -> Resource {
    Resource::builder()
        .with_service_name(service_name(service))
        .build()
}

/// Where spans are sent: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` as it is, or `v1/traces` below
/// `OTEL_EXPORTER_OTLP_ENDPOINT`, or port 4318 of this machine
/// (OpenTelemetry specification, "OTLP Exporter Configuration").
#[must_use]
pub fn endpoint() -> String {
    set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").unwrap_or_else(|| {
        let base = set("OTEL_EXPORTER_OTLP_ENDPOINT");
        let base = base.as_deref().unwrap_or("http://127.0.0.1:4318");
        format!("{}/v1/traces", base.trim_end_matches('/'))
    })
}

/// An exporter for [`endpoint`] that works in every runtime and in none.
///
/// # Errors
/// When the endpoint is no address.
pub fn exporter() -> Result<SpanExporter, Error> {
    let endpoint = endpoint();
    SpanExporter::builder()
        .with_http()
        .with_http_client(Blocking::new(EXPORT_LIMIT))
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(&endpoint)
        .with_timeout(EXPORT_LIMIT)
        .build()
        .map_err(|error| Error::Exporter(endpoint, error.to_string()))
}
