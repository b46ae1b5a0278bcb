//! A page is rendered by a server and goes on in a browser, where nobody knows of the server's trace.
//!
//! Given: `search` renders the page of a car, `pricing`, another origin, knows the price, and both have
//! SERVER spans (`services.rs`). `page.js` runs in the browser, and `traced-web.js` makes its spans.
//! Goal: a visit is one trace: the server that renders, the page that loads, the price it asks for.
//! Done when: no two visits share a trace, whoever is not recorded is recorded nowhere, the price is
//! still there, a question that fails says so, and what a visitor does last is not lost.

mod services;

use axum::{
    http::{
        HeaderName, HeaderValue,
        header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, VARY},
    },
    response::{Html, IntoResponse},
};
use marketplace::Car;
#[allow(unused_imports, reason = "for the gaps")]
use {
    opentelemetry::{Context, propagation::TextMapPropagator},
    opentelemetry_sdk::propagation::TraceContextPropagator,
    std::collections::HashMap,
};

pub use services::{pricing, search};

/// The page of a car, for whoever asks. Called within the SERVER span.
fn page(car: &Car, pricing: &str) -> impl IntoResponse + use<> {
    // ANCHOR: render
    // TODO(23.1): say in the page which span renders it
    let head = String::new();
    // END(23.1)
    // ANCHOR_END: render
    let price = format!("{pricing}/cars/{}/price", car.id);
    let page = include_str!("page.html").replace("<!-- head -->", &head);
    let page = page
        .replace("{model}", &car.model)
        .replace("{price}", &price);
    // It says whose it is, so it is for nobody else, and for no second visit.
    ([(CACHE_CONTROL, "no-store")], Html(page))
}

/// What `pricing` allows pages of another origin. A browser asks before it sends any header but the
/// plainest ones.
fn allowed(origin: HeaderValue) -> [(HeaderName, HeaderValue); 3] {
    // ANCHOR: allow
    // TODO(23.2): let them say whose question it is
    let headers = "accept";
    // END(23.2)
    // ANCHOR_END: allow
    [
        (ACCESS_CONTROL_ALLOW_ORIGIN, origin),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(headers),
        ),
        (VARY, HeaderValue::from_static("origin")),
    ]
}
