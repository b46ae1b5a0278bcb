//! What it means for a span to have an attribute that is searched for.

use trace_model::{Span, StatusCode, Value};

/// Whether a span, or its resource, has the attribute with this text as its value. `error=true`
/// also means the status, as in Jaeger's search.
pub(crate) fn has_attribute(span: &Span, key: &str, wanted: &str) -> bool {
    let own = span.attributes.get(key);
    if key == "error" && own.is_none() {
        return (span.status.code == StatusCode::Error) == (wanted == "true");
    }
    let is_wanted = |value: &Value| match value {
        Value::String(text) => text == wanted,
        other => other.to_string() == wanted,
    };
    own.or_else(|| span.resource.attributes.get(key))
        .is_some_and(is_wanted)
}
