//! The pages: rendered here, readable without script.

mod compare;
mod details;
mod layout;
mod search;
mod trace;

use std::sync::Arc;

use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};

use super::App;

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(search::page))
        .route("/search", get(search::page))
        .route("/trace/{ids}", get(trace::page))
        .route("/compare", get(compare::chosen))
        .route(
            "/lab/lab.css",
            get(async || css(include_str!("../../assets/lab.css"))),
        )
        .route("/lab/trace-view.css", get(async || css(trace_view::CSS)))
        .route(
            "/lab/trace-view.js",
            get(async || typed("text/javascript; charset=utf-8", trace_view::JS)),
        )
}

fn css(text: &'static str) -> Response {
    typed("text/css; charset=utf-8", text)
}

fn typed(media_type: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, media_type)], text).into_response()
}
