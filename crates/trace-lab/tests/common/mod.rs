//! What the tests of this crate share: spans, their wire formats, and a plain HTTP client.

#![allow(clippy::unwrap_used, reason = "a test that cannot send fails")]
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses a part of it"
)]

use std::{io::Write, time::Duration};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value},
    resource::v1::Resource,
    trace::v1::{self as wire, ResourceSpans, ScopeSpans},
};
use prost::Message;
use reqwest::blocking::{Client, Response};

pub const LIMIT: Duration = Duration::from_secs(10);

pub fn http() -> Client {
    Client::builder().timeout(LIMIT).no_proxy().build().unwrap()
}

pub fn post(address: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Response {
    let request = http().post(address).header("content-type", content_type);
    request.body(body.into()).send().unwrap()
}

/// A span of trace `[trace; 16]` with the id `[id; 8]`, from second 1000 to second 1001.
pub fn span(trace: u8, id: u8, name: &str) -> wire::Span {
    wire::Span {
        trace_id: vec![trace; 16],
        span_id: vec![id; 8],
        name: name.to_owned(),
        kind: 2,
        start_time_unix_nano: 1_000_000_000_000,
        end_time_unix_nano: 1_001_000_000_000,
        ..wire::Span::default()
    }
}

pub fn text(key: &str, value: &str) -> KeyValue {
    let value = Some(any_value::Value::StringValue(value.to_owned()));
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value }),
        ..KeyValue::default()
    }
}

pub fn request(service: &str, spans: Vec<wire::Span>) -> ExportTraceServiceRequest {
    let attributes = match service {
        "" => Vec::new(),
        name => vec![text("service.name", name)],
    };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes,
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                spans,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
}

pub fn protobuf(service: &str, spans: Vec<wire::Span>) -> Vec<u8> {
    request(service, spans).encode_to_vec()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A lab on free ports.
#[cfg(feature = "server")]
pub fn lab() -> trace_lab::Lab {
    trace_lab::Lab::start(&trace_lab::Options::default()).unwrap()
}

pub fn get(address: &str) -> Response {
    http().get(address).send().unwrap()
}

pub fn json(address: &str) -> serde_json::Value {
    get(address).json().unwrap()
}
