//! One trace: facts, waterfall, and everything that its spans say.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use trace_model::{Forest, Span};

use super::{
    compare, details,
    layout::{self, Colours, count, duration, foreign, moment, problem},
};
use crate::{
    store::Trace,
    web::{
        App,
        params::{self, Params},
    },
};

/// Spans that one page draws. A larger trace is drawn from its start; the rest is in its JSON.
pub(super) const DRAWN: usize = 5_000;

/// `/trace/{id}`, and `/trace/{A}...{B}`, which compares.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    Path(ids): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    if let Some((a, b)) = ids.split_once("...") {
        return compare::page(&app, a, b);
    }
    let find = Params::parse(query.as_deref());
    match look_up(&app, &ids) {
        Ok(trace) => show(&app, &trace, find.get(&["uiFind"])).into_response(),
        Err(response) => *response,
    }
}

/// The trace of an id in an address, or the page that says why there is none.
pub(super) fn look_up(app: &App, text: &str) -> Result<Arc<Trace>, Box<Response>> {
    let Some(id) = params::trace_id(text) else {
        let why = format!("`{text}` is not up to 32 hex digits. Copy the id once more.");
        let page = problem(app, StatusCode::BAD_REQUEST, "This is no trace id", &why);
        return Err(Box::new(page));
    };
    app.store.trace(id).ok_or_else(|| {
        let why = format!(
            "Trace {id} is not here. Either its spans are still on their way (a batch exporter \
             waits some seconds: load this page again), or they were never exported, or the trace \
             made room for newer ones."
        );
        let page = problem(app, StatusCode::NOT_FOUND, "This trace is not here", &why);
        Box::new(page)
    })
}

fn show(app: &App, trace: &Trace, find: Option<&str>) -> axum::response::Html<String> {
    let mut spans = trace.to_spans();
    spans.sort_by_key(|span| (span.start_unix_nano, span.span_id));
    spans.truncate(DRAWN);
    let forest = Forest::new(spans);
    let colours = Colours::of(&forest);
    let title = title(trace);
    let caption = format!("{title} over time");
    let main = format!(
        "<h1>{}</h1>{}{}{}{}{}{}",
        heading(trace, &colours),
        facts(trace, &colours),
        actions(app, trace),
        warnings(trace),
        found(&forest, find, &colours),
        trace_view::html::forest(&forest, &caption),
        details::all(app, trace, &forest, find, &colours),
    );
    layout::page(app, &title, &main)
}

/// `shop: POST /checkout`, not yet safe for markup.
pub(super) fn title(trace: &Trace) -> String {
    let top = trace.top();
    format!(
        "{}: {}",
        top.map_or("", Span::service),
        top.map_or("", |span| &span.name)
    )
}

pub(super) fn heading(trace: &Trace, colours: &Colours) -> String {
    let top = trace.top();
    let name = top.map_or("", |span| &span.name);
    let name = if name.is_empty() {
        "(no name)".to_owned()
    } else {
        foreign(name)
    };
    format!("{} {name}", colours.known(top.map_or("", Span::service)))
}

pub(super) fn facts(trace: &Trace, colours: &Colours) -> String {
    let (start, end) = trace.extent();
    let errors = match trace.errors() {
        0 => String::new(),
        errors => format!("<li class=\"errors\">✗ {}</li>", count(errors, "error")),
    };
    let services: String = colours.services().map(|name| colours.known(name)).collect();
    format!(
        "<ul class=\"facts\"><li><b>{}</b></li><li>{}</li>{errors}<li>{services}</li>\
         <li>{}</li><li><code>{}</code></li></ul>",
        duration(end.saturating_sub(start)),
        count(trace.spans.len(), "span"),
        moment(start),
        trace.id,
    )
}

fn actions(app: &App, trace: &Trace) -> String {
    let id = trace.id;
    let (verb, label) = match app.store.is_pinned(id) {
        true => ("unpin", "Let it go"),
        false => ("pin", "Keep it"),
    };
    format!(
        "<div class=\"actions\"><a href=\"/api/v3/traces/{id}\">OTLP JSON</a>\
         <a href=\"/lab/export/{id}\" download>Export without secrets</a>\
         <form method=\"post\" action=\"/lab/{verb}/{id}\">\
         <input type=\"hidden\" name=\"token\" value=\"{}\"><button>{label}</button></form>\
         <form action=\"/compare\"><input type=\"hidden\" name=\"a\" value=\"{id}\">\
         <label><span class=\"hidden\">The other trace's id</span>\
         <input name=\"b\" placeholder=\"id of another trace\" required></label>\
         <button>Compare</button></form>\
         <form class=\"find\"><label><span class=\"hidden\">Find in this trace</span>\
         <input type=\"search\" name=\"uiFind\" placeholder=\"find in this trace\"></label>\
         <button>Find</button></form></div>",
        app.token
    )
}

fn warnings(trace: &Trace) -> String {
    let mut items = String::new();
    if trace.spans.len() > DRAWN {
        items.push_str(&format!(
            "<li>Only the first {DRAWN} of {} spans are drawn; the JSON has all.</li>",
            trace.spans.len()
        ));
    }
    for (id, texts) in trace.warnings().iter().take(20) {
        let name = trace.spans.iter().find(|kept| kept.span.span_id == *id);
        let name = name.map_or("", |kept| &kept.span.name);
        for text in texts {
            items.push_str(&format!(
                "<li><a href=\"#span-{id}\">{} <code>{id}</code></a>: {}</li>",
                foreign(name),
                foreign(text)
            ));
        }
    }
    match items.is_empty() {
        true => String::new(),
        false => format!("<aside class=\"warnings\"><h2>Warnings</h2><ul>{items}</ul></aside>"),
    }
}

fn found(forest: &Forest, find: Option<&str>, colours: &Colours) -> String {
    let Some(find) = find else {
        return String::new();
    };
    let spans: Vec<&Span> = forest
        .spans()
        .iter()
        .filter(|span| details::mentions(span, find))
        .collect();
    let items: String = spans
        .iter()
        .take(100)
        .map(|span| {
            let (id, name) = (span.span_id, foreign(&span.name));
            format!(
                "<li><a href=\"#span-{id}\">{} {name}</a></li>",
                colours.known(span.service())
            )
        })
        .collect();
    format!(
        "<aside class=\"found\"><h2>{} with “{}”</h2><ul>{items}</ul></aside>",
        count(spans.len(), "span"),
        foreign(find)
    )
}
