//! Two traces beside each other.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use trace_model::{Forest, Span};

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

/// Spans of the larger trace up to which both are aligned: a page is to come at once.
const ALIGNED: usize = 1_000;

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
        "<h1>Compare two traces</h1><div class=\"sides\">{}{}</div>{}{}\
         <h2>Each over time</h2>{}{}",
        side("A", a, &Colours::of(&left)),
        side("B", b, &Colours::of(&right)),
        alignment(app, &left, &right),
        difference(&left, &right, &Colours::of(&left)),
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

/// Both trees aligned, as a shape's report, with A for what is expected.
fn alignment(app: &App, a: &Forest, b: &Forest) -> String {
    if a.len().max(b.len()) > ALIGNED {
        return format!("<p>Trees of more than {ALIGNED} spans are not aligned here.</p>");
    }
    let report = trace_shape::compare(a, b);
    trace_view::html::report(&report, &app.links, "A is expected, B is held against it")
}

/// How often each trace has spans that are alike: service, name, kind and status.
type Counts<'a> = BTreeMap<(&'a str, &'a str, &'static str, &'static str), [usize; 2]>;

/// What one trace has more of than the other.
fn difference(a: &Forest, b: &Forest, colours: &Colours) -> String {
    let mut counts = Counts::new();
    for (side, forest) in [a, b].into_iter().enumerate() {
        for span in forest.spans() {
            let (kind, status) = (span.kind.as_str(), span.status.code.as_str());
            let alike = (span.service(), &*span.name, kind, status);
            counts.entry(alike).or_default()[side] += 1;
        }
    }
    counts.retain(|_, [left, right]| left != right);
    if counts.is_empty() {
        let same = "✓ Both have the same spans by service, name, kind and status.";
        return format!("<p class=\"same\">{same}</p>");
    }
    let rows: String = counts
        .iter()
        .map(|(alike, counts)| row(alike, counts, colours))
        .collect();
    format!(
        "<table class=\"counts\"><caption>What differs</caption><thead><tr>\
         <th scope=\"col\">Span</th><th scope=\"col\">Kind</th><th scope=\"col\">Status</th>\
         <th scope=\"col\">A</th><th scope=\"col\">B</th></tr></thead>\
         <tbody>{rows}</tbody></table>"
    )
}

fn row(
    (service, name, kind, status): &(&str, &str, &str, &str),
    [left, right]: &[usize; 2],
    colours: &Colours,
) -> String {
    format!(
        "<tr><td>{} {}</td><td>{kind}</td><td>{status}</td><td>{left}</td><td>{right}</td></tr>",
        colours.known(service),
        foreign(name)
    )
}
