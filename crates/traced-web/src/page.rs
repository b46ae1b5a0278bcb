//! What a page is given.

use std::collections::HashMap;

use axum::{
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::IntoResponse,
};
use opentelemetry::{Context, global};

/// The module for the browser.
pub const SCRIPT: &str = include_str!("../js/traced-web.js");

/// Serves the module.
pub async fn script() -> impl IntoResponse {
    javascript(SCRIPT)
}

/// A script, which the browser asks for anew when it has changed.
pub fn javascript(source: &'static str) -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, source)
}

/// The tag for the head of a page that says which span renders it, as the global propagator writes the
/// context that is current; nothing where there is none.
///
/// Such a page is of one request: send it with `cache-control: no-store`, and keep it in no cache of
/// yours. Whoever gets it from there gets the trace of somebody else.
#[must_use]
pub fn meta() -> String {
    let mut carrier = HashMap::new();
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&Context::current(), &mut carrier);
    });
    let tag = |value: &String| format!("<meta name=\"traceparent\" content=\"{value}\">");
    carrier.get("traceparent").map_or_else(String::new, tag)
}
