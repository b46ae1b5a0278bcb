//! Two traces beside each other.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use trace_model::{Forest, Kind, Span};

use super::{
    layout::{self, Colours, foreign, problem},
    trace::{DRAWN, facts, heading, look_up, title},
};
use crate::{
    store::Trace,
    web::{
        App,
        params::{self, Params},
    },
};

/// `/compare?a=…&b=…`, where forms lead; with `a` alone, the page of that trace.
pub(super) async fn chosen(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(query.as_deref());
    let id = |name| {
        params
            .get(&[name])
            .map(|text| params::trace_id(text.trim()))
    };
    match (id("a"), id("b")) {
        (Some(Some(a)), Some(Some(b))) => {
            Redirect::to(&format!("/trace/{a}...{b}")).into_response()
        }
        (Some(Some(a)), None) => Redirect::to(&format!("/trace/{a}")).into_response(),
        _ => {
            let why = "An id is up to 32 hex digits. Choose A and B in the list of traces.";
            problem(&app, StatusCode::BAD_REQUEST, "This is no trace id", why)
        }
    }
}

/// `/trace/{A}...{B}`.
pub(super) fn page(app: &App, a: &str, b: &str) -> Response {
    match (look_up(app, a), look_up(app, b)) {
        (Ok(a), Ok(b)) => show(app, &a, &b).into_response(),
        (Err(response), _) | (_, Err(response)) => *response,
    }
}

fn show(app: &App, a: &Trace, b: &Trace) -> axum::response::Html<String> {
    let title = format!("{} beside {}", title(a), title(b));
    let (left, right) = (forest(a), forest(b));
    let main = format!(
        "<h1>Compare two traces</h1><div class=\"sides\">{}{}</div>{}\
         <h2>Each over time</h2>{}{}",
        side("A", a, &Colours::of(&left)),
        side("B", b, &Colours::of(&right)),
        difference(app, &left, &right),
        trace_view::html::forest(&left, "A over time"),
        trace_view::html::forest(&right, "B over time"),
    );
    layout::page(app, &title, &main)
}

fn side(name: &str, trace: &Trace, colours: &Colours) -> String {
    format!(
        "<section><h2><span class=\"side\">{name}</span> <a href=\"/trace/{}\">{}</a></h2>{}</section>",
        trace.id,
        heading(trace, colours),
        facts(trace, colours)
    )
}

fn forest(trace: &Trace) -> Forest {
    let mut spans: Vec<Span> = trace.to_spans();
    spans.sort_by_key(|span| (span.start_unix_nano, span.span_id));
    spans.truncate(DRAWN);
    Forest::new(spans)
}

/// What one trace has more of than the other, by service, name and kind.
fn difference(_app: &App, a: &Forest, b: &Forest) -> String {
    let mut counts: std::collections::BTreeMap<(&str, &str, Kind), (usize, usize)> =
        Default::default();
    for span in a.spans() {
        counts
            .entry((span.service(), &span.name, span.kind))
            .or_default()
            .0 += 1;
    }
    for span in b.spans() {
        counts
            .entry((span.service(), &span.name, span.kind))
            .or_default()
            .1 += 1;
    }
    counts.retain(|_, (left, right)| left != right);
    if counts.is_empty() {
        return "<p class=\"same\">✓ Both have the same spans by service, name and kind.</p>"
            .to_owned();
    }
    let colours = Colours::of(a);
    let rows: String = counts
        .iter()
        .map(|((name, span, kind), (left, right))| {
            format!(
                "<tr><td>{} {}</td><td>{kind}</td><td>{left}</td><td>{right}</td></tr>",
                colours.known(name),
                foreign(span)
            )
        })
        .collect();
    format!(
        "<table class=\"counts\"><caption>What differs</caption><thead><tr><th>Span</th>\
         <th>Kind</th><th>A</th><th>B</th></tr></thead><tbody>{rows}</tbody></table>"
    )
}
