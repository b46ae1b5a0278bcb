//! The header of the old dealers, as text. Nothing to do in here.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use opentelemetry::propagation::text_map_propagator::FieldIter;

/// Its name.
pub(crate) const HEADER: &str = "dealer-context";

/// The names of all headers that the propagator writes, as OpenTelemetry asks for them.
pub(crate) fn fields() -> FieldIter<'static> {
    static FIELDS: LazyLock<[String; 1]> = LazyLock::new(|| [HEADER.to_owned()]);
    FieldIter::new(FIELDS.as_slice())
}

/// The bytes as a header's value: text, since a header cannot carry every byte.
#[allow(dead_code, reason = "for the gaps")]
pub(crate) fn to_text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a header's value; none for what is no such text.
#[allow(dead_code, reason = "for the gaps")]
pub(crate) fn to_bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
