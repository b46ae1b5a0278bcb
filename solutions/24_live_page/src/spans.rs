//! The spans of a live page, each below what is current. Nothing to do in here.

use tracing::{Span, info_span};

use crate::frames::Frame;

/// What a page may do. Whoever holds the browser writes what they like into a frame, and not every word of
/// theirs becomes the name of a span.
const KNOWN: [&str; 2] = ["join cars", "filter cars"];

/// Answers a frame: a SERVER.
#[allow(dead_code, reason = "for the gaps")]
pub(crate) fn answer(frame: &Frame) -> Span {
    let known = KNOWN.into_iter().find(|name| *name == frame.name);
    info_span!(
        "answer",
        otel.name = known.unwrap_or("unknown event"),
        otel.kind = "server",
        workshop.query = frame.payload["query"].as_str(),
    )
}

/// Sends what nobody has asked for: a PRODUCER.
#[allow(dead_code, reason = "for the gaps")]
pub(crate) fn push(name: &str) -> Span {
    info_span!(
        "push",
        otel.name = format!("push {name}"),
        otel.kind = "producer"
    )
}
