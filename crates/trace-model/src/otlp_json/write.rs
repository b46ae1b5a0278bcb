//! Spans to OTLP JSON.

use base64::Engine as _;
use serde_json::{Map, Value as Json, json};

use crate::{Attributes, Event, Link, Span, Value};

/// The spans as one `{"resourceSpans": …}` object; neighbours that share a resource and a scope
/// share its group.
#[must_use]
pub fn to_value(spans: &[Span]) -> Json {
    let groups = spans.chunk_by(|a, b| a.resource == b.resource && a.scope == b.scope);
    let groups: Vec<Json> = groups.map(group).collect();
    json!({ "resourceSpans": groups })
}

/// [`to_value`] as text without line breaks.
#[must_use]
pub fn to_text(spans: &[Span]) -> String {
    to_value(spans).to_string()
}

fn group(spans: &[Span]) -> Json {
    let first = &spans[0];
    json!({
        "resource": { "attributes": attributes(&first.resource.attributes) },
        "scopeSpans": [{
            "scope": { "name": first.scope.name, "version": first.scope.version },
            "spans": spans.iter().map(span).collect::<Vec<_>>(),
        }],
    })
}

fn span(span: &Span) -> Json {
    let mut json = json!({
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "flags": span.flags,
        "name": span.name,
        "kind": span.kind.to_otlp(),
        "startTimeUnixNano": span.start_unix_nano.to_string(),
        "endTimeUnixNano": span.end_unix_nano.to_string(),
        "attributes": attributes(&span.attributes),
        "events": span.events.iter().map(event).collect::<Vec<_>>(),
        "links": span.links.iter().map(link).collect::<Vec<_>>(),
        "status": { "code": span.status.code as i32, "message": span.status.message },
    });
    if let Some(parent) = span.parent_span_id {
        json["parentSpanId"] = json!(parent);
    }
    if !span.trace_state.is_empty() {
        json["traceState"] = json!(span.trace_state);
    }
    json
}

fn event(event: &Event) -> Json {
    json!({
        "name": event.name,
        "timeUnixNano": event.time_unix_nano.to_string(),
        "attributes": attributes(&event.attributes),
    })
}

fn link(link: &Link) -> Json {
    json!({
        "traceId": link.trace_id,
        "spanId": link.span_id,
        "traceState": link.trace_state,
        "attributes": attributes(&link.attributes),
    })
}

fn attributes(attributes: &Attributes) -> Json {
    attributes
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": any_value(value) }))
        .collect()
}

fn any_value(value: &Value) -> Json {
    let (field, json) = match value {
        Value::Empty => return Json::Object(Map::new()),
        Value::String(text) => ("stringValue", json!(text)),
        Value::Bool(value) => ("boolValue", json!(value)),
        Value::Int(value) => ("intValue", json!(value.to_string())),
        Value::Double(value) => ("doubleValue", double(*value)),
        Value::Bytes(bytes) => (
            "bytesValue",
            json!(base64::prelude::BASE64_STANDARD.encode(bytes)),
        ),
        Value::Array(values) => {
            let values: Vec<Json> = values.iter().map(any_value).collect();
            ("arrayValue", json!({ "values": values }))
        }
        Value::Map(map) => ("kvlistValue", json!({ "values": attributes(map) })),
    };
    json!({ field: json })
}

/// JSON has no number for these three; protobuf's JSON mapping writes them as text.
fn double(value: f64) -> Json {
    if value.is_nan() {
        json!("NaN")
    } else if value.is_infinite() {
        json!(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        json!(value)
    }
}
