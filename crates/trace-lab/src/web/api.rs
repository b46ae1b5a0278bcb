//! The query API of Jaeger 2 (`/api/v3`).

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use trace_model::{Kind, Span, otlp_json};

use super::{
    App,
    params::{self, Params},
};
use crate::{
    rfc3339,
    store::{Search, Trace},
};

/// Traces in one answer, whatever is asked for.
const MAX_TRACES: usize = 1_500;
/// Spans in one answer.
const MAX_SPANS: usize = 100_000;

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v3/services", get(services))
        .route("/api/v3/operations", get(operations))
        .route("/api/v3/traces", get(traces))
        .route("/api/v3/traces/{id}", get(trace))
        .route("/api/v3/trace-summaries", get(summaries))
}

/// An error as Jaeger writes it.
#[derive(Debug)]
pub(super) struct ApiError(StatusCode, String);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self(status, message) = self;
        let error = json!({ "error": { "httpCode": status.as_u16(), "message": message } });
        (status, Json(error)).into_response()
    }
}

fn malformed(message: impl Into<String>) -> ApiError {
    ApiError(StatusCode::BAD_REQUEST, message.into())
}

fn not_found() -> ApiError {
    ApiError(StatusCode::NOT_FOUND, "No traces found".to_owned())
}

async fn services(State(app): State<Arc<App>>) -> Json<Value> {
    let mut services = app.store.services();
    services.retain(|name| !name.is_empty());
    Json(json!({ "services": services }))
}

async fn operations(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let params = Params::parse(query.as_deref());
    let service = params.get(&["service"]);
    let service = service.ok_or_else(|| malformed("the parameter `service` is required"))?;
    let kind: Option<Kind> = match params.get(&["span_kind"]) {
        None => None,
        Some(word) => Some(
            word.parse()
                .map_err(|()| malformed(format!("`{word}` is no span kind")))?,
        ),
    };
    let operation = |operation: crate::store::Operation| json!({ "name": operation.name, "spanKind": operation.kind.as_str() });
    let operations = app.store.operations(service, kind);
    let operations: Vec<Value> = operations.into_iter().map(operation).collect();
    Ok(Json(json!({ "operations": operations })))
}

async fn trace(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let trace = params::trace_id(&id).ok_or_else(|| malformed(format!("`{id}` is no trace id")))?;
    let trace = app.store.trace(trace).ok_or_else(not_found)?;
    Ok(result(&trace.to_spans_with_warnings()))
}

async fn traces(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let mut spans = Vec::new();
    for trace in found(&app, query.as_deref())? {
        if !spans.is_empty() && spans.len() + trace.spans.len() > MAX_SPANS {
            break;
        }
        spans.extend(trace.to_spans_with_warnings());
    }
    Ok(result(&spans))
}

async fn summaries(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let found = found(&app, query.as_deref())?;
    let summaries: Vec<Value> = found.iter().map(|trace| summary(trace)).collect();
    Ok(Json(json!({ "summaries": summaries })))
}

fn summary(trace: &Trace) -> Value {
    let top = trace.top();
    let (start, end) = trace.extent();
    json!({
        "traceId": trace.id,
        "rootServiceName": top.map_or("", |span| span.service()),
        "rootOperationName": top.map_or("", |span| &span.name),
        "minStartTimeUnixNano": start.to_string(),
        "maxEndTimeUnixNano": end.to_string(),
        "spanCount": trace.spans.len(),
        "errorSpanCount": trace.errors(),
        "services": trace.services(),
    })
}

fn result(spans: &[Span]) -> Json<Value> {
    Json(json!({ "result": otlp_json::to_value(spans) }))
}

/// The traces that a query asks for; none is an error, as in Jaeger.
fn found(app: &App, query: Option<&str>) -> Result<Vec<Arc<Trace>>, ApiError> {
    let traces = app.store.search(&read(&Params::parse(query))?);
    if traces.is_empty() {
        Err(not_found())
    } else {
        Ok(traces)
    }
}

fn read(params: &Params) -> Result<Search, ApiError> {
    let owned = |name| params.get(&[name]).map(str::to_owned);
    Ok(Search {
        service: owned("query.service_name"),
        operation: owned("query.operation_name"),
        attributes: attributes(params)?,
        start_min: Some(time(params, "query.start_time_min")?),
        start_max: Some(time(params, "query.start_time_max")?),
        duration_min: duration(params, "query.duration_min")?,
        duration_max: duration(params, "query.duration_max")?,
        limit: limit(params)?,
    })
}

fn time(params: &Params, name: &str) -> Result<u64, ApiError> {
    let missing = || malformed(format!("the parameter `{name}` is required"));
    let text = params.get(&[name]).ok_or_else(missing)?;
    let why = || malformed(format!("`{name}` is not an RFC 3339 time: `{text}`"));
    rfc3339::parse(text).ok_or_else(why)
}

fn duration(params: &Params, name: &str) -> Result<Option<u64>, ApiError> {
    let Some(text) = params.get(&[name]) else {
        return Ok(None);
    };
    let why = || malformed(format!("`{name}` is not a duration such as 1.5s: `{text}`"));
    params::duration(text).ok_or_else(why).map(Some)
}

fn limit(params: &Params) -> Result<usize, ApiError> {
    let names = ["query.search_depth", "query.num_traces"];
    let Some(text) = params.get(&names) else {
        return Ok(100);
    };
    let why = |_| malformed(format!("`query.searchDepth` is not a number: `{text}`"));
    Ok(text.parse::<usize>().map_err(why)?.clamp(1, MAX_TRACES))
}

/// A JSON object of texts.
fn attributes(params: &Params) -> Result<Vec<(String, String)>, ApiError> {
    let Some(text) = params.get(&["query.attributes"]) else {
        return Ok(Vec::new());
    };
    let map: serde_json::Map<String, Value> = serde_json::from_str(text)
        .map_err(|_| malformed("`query.attributes` is not a JSON object of texts"))?;
    let value = |value: Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    Ok(map
        .into_iter()
        .map(|(key, json)| (key, value(json)))
        .collect())
}
