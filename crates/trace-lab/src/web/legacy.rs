//! `GET /api/traces/{id}`, the one endpoint of Jaeger's older API that tools still read.
//!
//! It is poorer than OTLP: times are in microseconds, links have no attributes, resource
//! attributes become the tags of a "process".

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value as JsonValue, json};
use trace_model::{Attributes, Kind, Span, StatusCode as Status, Value};

use super::{App, params};
use crate::store::Trace;

pub(super) fn router() -> Router<Arc<App>> {
    Router::new().route("/api/traces/{id}", get(trace))
}

async fn trace(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    let Some(id) = params::trace_id(&id) else {
        return error(StatusCode::BAD_REQUEST, &format!("`{id}` is no trace id"));
    };
    match app.store.trace(id) {
        None => error(StatusCode::NOT_FOUND, "trace not found"),
        Some(trace) => Json(envelope(json!([body(&trace)]), JsonValue::Null)).into_response(),
    }
}

fn envelope(data: JsonValue, errors: JsonValue) -> JsonValue {
    json!({ "data": data, "total": 0, "limit": 0, "offset": 0, "errors": errors })
}

fn error(status: StatusCode, message: &str) -> Response {
    let errors = json!([{ "code": status.as_u16(), "msg": message }]);
    (status, Json(envelope(JsonValue::Null, errors))).into_response()
}

fn body(trace: &Trace) -> JsonValue {
    let warnings = trace.warnings();
    let process = |span: &Span| {
        let same = |resource: &Arc<_>| Arc::ptr_eq(resource, &span.resource);
        format!(
            "p{}",
            trace.resources.iter().position(same).unwrap_or(0) + 1
        )
    };
    let spans = trace.spans.iter().map(|kept| {
        let mut json = span(&kept.span);
        json["processID"] = json!(process(&kept.span));
        json["warnings"] = json!(warnings.get(&kept.span.span_id));
        json
    });
    let spans: Vec<JsonValue> = spans.collect();
    let processes = trace.resources.iter().enumerate().map(|(index, resource)| {
        let mut rest = resource.attributes.clone();
        rest.remove("service.name");
        let process = json!({ "serviceName": resource.service(), "tags": tags(&rest) });
        (format!("p{}", index + 1), process)
    });
    let processes: serde_json::Map<_, _> = processes.collect();
    json!({ "traceID": trace.id, "spans": spans, "processes": processes, "warnings": null })
}

fn span(span: &Span) -> JsonValue {
    let mut all = tags(&span.attributes);
    if span.kind != Kind::Unspecified {
        all.push(tag("span.kind", &Value::from(span.kind.as_str())));
    }
    if span.status.code != Status::Unset {
        let word = span.status.code.as_str().to_uppercase();
        all.push(tag("otel.status_code", &Value::from(word)));
    }
    if span.status.code == Status::Error {
        all.push(tag("error", &Value::from(true)));
        all.push(tag(
            "otel.status_description",
            &Value::from(span.status.message.as_str()),
        ));
    }
    let logs = span.events.iter().map(|event| {
        let mut fields = vec![tag("event", &Value::from(event.name.as_str()))];
        fields.extend(tags(&event.attributes));
        json!({ "timestamp": event.time_unix_nano / 1_000, "fields": fields })
    });
    json!({
        "traceID": span.trace_id,
        "spanID": span.span_id,
        "operationName": span.name,
        "flags": span.flags & 0xff,
        "references": references(span),
        "startTime": span.start_unix_nano / 1_000,
        "duration": span.duration_nano() / 1_000,
        "tags": all,
        "logs": logs.collect::<Vec<_>>(),
    })
}

fn references(span: &Span) -> Vec<JsonValue> {
    let reference = |kind: &str, trace_id, span_id| json!({ "refType": kind, "traceID": trace_id, "spanID": span_id });
    let parent = span
        .parent_span_id
        .map(|id| reference("CHILD_OF", span.trace_id, id));
    let links = span.links.iter();
    let links = links.map(|link| reference("FOLLOWS_FROM", link.trace_id, link.span_id));
    parent.into_iter().chain(links).collect()
}

fn tags(attributes: &Attributes) -> Vec<JsonValue> {
    attributes
        .iter()
        .map(|(key, value)| tag(key, value))
        .collect()
}

fn tag(key: &str, value: &Value) -> JsonValue {
    let (kind, value) = match value {
        Value::Bool(value) => ("bool", json!(value)),
        Value::Int(value) => ("int64", json!(value)),
        Value::Double(value) => ("float64", json!(value)),
        other => ("string", json!(other.to_string())),
    };
    json!({ "key": key, "type": kind, "value": value })
}
