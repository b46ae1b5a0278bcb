//! OTLP protobuf to spans: the one place where the wire's messages become [`Span`]s.

use std::sync::Arc;

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value as Wire},
    trace::v1::{self as wire, ResourceSpans},
};
use prost::Message;
use trace_model::{
    Attributes, Event, InvalidId, Kind, Link, Resource, Scope, Span, SpanId, Status, StatusCode,
    TraceId, Value, otlp_json::Decoded,
};

/// Reads an `ExportTraceServiceRequest`. A span without valid ids is left out with its reason;
/// the rest is kept.
///
/// # Errors
/// When the bytes are not such a message: broken wire format, text that is not UTF-8, nesting
/// beyond what protobuf's decoders follow.
pub fn decode(bytes: &[u8]) -> Result<Decoded, prost::DecodeError> {
    let request = ExportTraceServiceRequest::decode(bytes)?;
    let mut decoded = Decoded::default();
    for group in request.resource_spans {
        read_group(group, &mut decoded);
    }
    Ok(decoded)
}

fn read_group(group: ResourceSpans, decoded: &mut Decoded) {
    let attributes = attributes(group.resource.unwrap_or_default().attributes);
    let resource = Arc::new(Resource { attributes });
    for group in group.scope_spans {
        let scope = group.scope.unwrap_or_default();
        let (name, version) = (scope.name, scope.version);
        let scope = Arc::new(Scope { name, version });
        for span in group.spans {
            match read_span(span, &resource, &scope) {
                Ok(span) => decoded.spans.push(span),
                Err(why) => decoded.rejected.push(why),
            }
        }
    }
}

fn read_span(
    span: wire::Span,
    resource: &Arc<Resource>,
    scope: &Arc<Scope>,
) -> Result<Span, String> {
    let refuse = |what: &str, why| format!("span {:?} was left out: {what}: {why}", span.name);
    let trace_id = TraceId::from_bytes(&span.trace_id).map_err(|why| refuse("trace id", why))?;
    let span_id = SpanId::from_bytes(&span.span_id).map_err(|why| refuse("span id", why))?;
    let parent_span_id = parent(&span.parent_span_id).map_err(|why| refuse("parent id", why))?;
    let links: Result<_, _> = span.links.into_iter().map(link).collect();
    let links = links.map_err(|why| refuse("link", why))?;
    Ok(Span {
        trace_id,
        span_id,
        parent_span_id,
        trace_state: span.trace_state,
        flags: span.flags,
        name: span.name,
        kind: Kind::from_otlp(span.kind.into()),
        start_unix_nano: span.start_time_unix_nano,
        end_unix_nano: span.end_time_unix_nano,
        attributes: attributes(span.attributes),
        events: span.events.into_iter().map(event).collect(),
        links,
        status: status(span.status.unwrap_or_default()),
        resource: resource.clone(),
        scope: scope.clone(),
    })
}

fn parent(bytes: &[u8]) -> Result<Option<SpanId>, InvalidId> {
    // Some writers spell "no parent" as an id of zeros.
    match SpanId::from_bytes(bytes) {
        Ok(id) => Ok(Some(id)),
        Err(InvalidId::Zero) => Ok(None),
        Err(_) if bytes.is_empty() => Ok(None),
        Err(why) => Err(why),
    }
}

fn event(event: wire::span::Event) -> Event {
    Event {
        name: event.name,
        time_unix_nano: event.time_unix_nano,
        attributes: attributes(event.attributes),
    }
}

fn link(link: wire::span::Link) -> Result<Link, InvalidId> {
    Ok(Link {
        trace_id: TraceId::from_bytes(&link.trace_id)?,
        span_id: SpanId::from_bytes(&link.span_id)?,
        trace_state: link.trace_state,
        attributes: attributes(link.attributes),
    })
}

fn status(status: wire::Status) -> Status {
    let code = match status.code {
        1 => StatusCode::Ok,
        2 => StatusCode::Error,
        _ => StatusCode::Unset,
    };
    let message = status.message;
    Status { code, message }
}

fn attributes(pairs: Vec<KeyValue>) -> Attributes {
    let pairs = pairs.into_iter();
    pairs.map(|pair| (pair.key, value(pair.value))).collect()
}

fn value(any: Option<AnyValue>) -> Value {
    match any.and_then(|any| any.value) {
        Some(Wire::StringValue(text)) => Value::String(text),
        Some(Wire::BoolValue(value)) => Value::Bool(value),
        Some(Wire::IntValue(value)) => Value::Int(value),
        Some(Wire::DoubleValue(value)) => Value::Double(value),
        Some(Wire::BytesValue(bytes)) => Value::Bytes(bytes),
        Some(Wire::ArrayValue(list)) => Value::Array(
            list.values
                .into_iter()
                .map(|any| value(Some(any)))
                .collect(),
        ),
        Some(Wire::KvlistValue(map)) => Value::Map(attributes(map.values)),
        // The rest belongs to the profiling signal; in a span it stands for nothing.
        Some(_) | None => Value::Empty,
    }
}
