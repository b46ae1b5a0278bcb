//! A server whose page has the module and a span of its server, and a browser to open it.

use std::{
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use axum::{Router, extract::Path, http::HeaderMap, response::Html, routing::get};
use browser::{Browser, INSTALL, is_installed};
use trace_lab::{Lab, Options, Receiver};
use trace_model::Span;
use traced_web::{Collect, Limits, collect, javascript, script};

pub(crate) const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

const WITHIN: Duration = Duration::from_secs(15);
const APP: &str = "import * as traced from '/traced-web.js';\
    window.traced = traced; window.load = traced.documentLoad(traced.rendered()); traced.flushWhenHidden();";
/// Counts what is sent to the collector.
const COUNT: &str = "window.sent = 0; const ask = fetch; window.fetch = (to, how) => {\
    sent += Number(String(to).endsWith('/v1/traces')); return ask(to, how); }";

/// A browser, where there is one.
pub(crate) fn browser() -> Option<Browser> {
    testkit::need("chromium", INSTALL, is_installed).then(|| Browser::start().unwrap())
}

pub(crate) struct Server {
    pub(crate) url: String,
    backend: Receiver,
}

impl Server {
    pub(crate) fn start() -> Self {
        let backend = Receiver::start().unwrap();
        let to = Collect {
            backend: format!("{}/v1/traces", backend.otlp_http()),
            origins: Vec::new(),
            limits: Limits::default(),
        };
        let routes = Router::new()
            .route("/page/{flags}", get(page))
            .route("/price", get(price))
            .route("/nothing", get(|| async {}))
            .route("/app.js", get(|| async { javascript(APP) }))
            .route("/traced-web.js", get(script))
            .merge(collect(to));
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(|| serve(listener, routes));
        Self { url, backend }
    }

    /// The page, as a server with these flags renders it.
    pub(crate) fn page(&self, flags: &str) -> String {
        format!("{}/page/{flags}", self.url)
    }

    /// So many spans, which are waited for.
    pub(crate) fn received(&self, number: usize) -> Vec<Span> {
        let here = self
            .backend
            .wait_until(WITHIN, |spans| spans.len() >= number);
        let spans = self.backend.spans();
        assert!(here, "{} of {number}: {spans:#?}", spans.len());
        spans
    }
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn serve(listener: TcpListener, routes: Router) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    axum::serve(listener, routes).await.unwrap();
}

async fn page(Path(flags): Path<String>) -> Html<String> {
    Html(format!(
        "<meta name=traceparent content=00-{TRACE}-b7ad6b7169203331-{flags}>\
         <link rel=icon href=data:,><script>{COUNT}</script><script type=module src=/app.js></script>"
    ))
}

/// Answers with the context that came along.
async fn price(headers: HeaderMap) -> String {
    let came = headers
        .get("traceparent")
        .and_then(|value| value.to_str().ok());
    came.unwrap_or_default().to_owned()
}

/// A backend that lets pages of these origins send.
pub(crate) fn lab(origins: &[&str]) -> Lab {
    let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
    Lab::start(&Options {
        origins,
        ..Options::default()
    })
    .unwrap()
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn body_of(url: &str) -> String {
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

pub(crate) fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + WITHIN;
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Whose child each span is, and its kind, in order; all of them in the trace of the server.
pub(crate) fn tree(spans: &[Span], server: &str) -> Vec<String> {
    let name_of = |id: String| {
        let found = spans.iter().find(|span| span.span_id.to_string() == id);
        found.map_or_else(|| "nobody".to_owned(), |span| span.name.clone())
    };
    let line = |span: &Span| {
        assert_eq!(span.trace_id.to_string(), TRACE);
        let parent = span
            .parent_span_id
            .map(|id| id.to_string())
            .unwrap_or_default();
        let above = if parent == server {
            "SERVER".to_owned()
        } else {
            name_of(parent)
        };
        format!("{above} > {} {:?}", span.name, span.kind)
    };
    let mut lines: Vec<String> = spans.iter().map(line).collect();
    lines.sort_by_key(|line| (!line.starts_with("SERVER"), line.clone()));
    lines
}
