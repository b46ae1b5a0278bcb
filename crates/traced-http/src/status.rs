//! What an answer makes of a span.

use axum::http::StatusCode;
use tracing::Span;

/// Records the status code, and whether it is an error for the side whose span this is.
pub(crate) fn record(span: &Span, status: StatusCode, is_error: bool) {
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if is_error {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", status.as_str());
    }
}
