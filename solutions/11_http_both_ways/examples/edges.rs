//! What spans make of a redirect, a timeout and a long body, and what middlewares for axum make of a
//! request: two tables for the book. `cargo run -p http-both-ways-solution --example edges` prints them.

use std::{
    convert::Infallible,
    future::pending,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    response::Redirect,
    routing::get,
};
use futures_util::stream;
use opentelemetry::{
    global,
    trace::{SpanKind, Status, TracerProvider},
};
use opentelemetry_sdk::{
    propagation::TraceContextPropagator,
    trace::{InMemorySpanExporter, SdkTracerProvider, SpanData},
};
use tokio::sync::{Notify, mpsc};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer as _, layer::SubscriberExt};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let requests = requests().await;
    let middlewares = middlewares().await;
    println!("<!-- ANCHOR: requests -->\n{requests}<!-- ANCHOR_END: requests -->\n");
    println!("<!-- ANCHOR: middlewares -->\n{middlewares}<!-- ANCHOR_END: middlewares -->");
}

/// All spans of what `work` does, as far as their level is enabled, and what it returns.
async fn spans_of<F: Future>(
    level: LevelFilter,
    work: impl FnOnce(InMemorySpanExporter) -> F,
) -> (Vec<SpanData>, F::Output) {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("edges"));
    let subscriber = tracing_subscriber::registry().with(layer.with_filter(level));
    let _guard = tracing::subscriber::set_default(subscriber);
    let output = work(exporter.clone()).await;
    (exporter.get_finished_spans().unwrap_or_default(), output)
}

async fn served(routes: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

fn count(spans: &[SpanData], kind: &SpanKind) -> usize {
    spans.iter().filter(|span| span.span_kind == *kind).count()
}

async fn requests() -> String {
    let mut table = "| | CLIENT spans | SERVER spans | |\n|---|---|---|---|\n".to_owned();
    let mut row = |what: &str, spans: &[SpanData], why: &str| {
        let (asked, answered) = (
            count(spans, &SpanKind::Client),
            count(spans, &SpanKind::Server),
        );
        table += &format!("| {what} | {asked} | {answered} | {why} |\n");
    };
    let (spans, ()) = spans_of(LevelFilter::INFO, |_| redirected()).await;
    row(
        "a redirect that reqwest follows by itself",
        &spans,
        siblings(&spans),
    );
    let (spans, ()) = spans_of(LevelFilter::INFO, |_| timed_out()).await;
    row("a timeout of the client", &spans, &told(&spans));
    let (spans, over) = spans_of(LevelFilter::INFO, streamed).await;
    let why = format!(
        "{over} of {} are over before the first piece is sent",
        spans.len()
    );
    row("a body that is sent piece by piece", &spans, &why);
    table
}

async fn redirected() {
    let routes = Router::new()
        .route("/old", get(async || Redirect::permanent("/new")))
        .route("/new", get(async || "a car"));
    let address = served(traced_http::traced(routes)).await;
    traced_http::get(&format!("http://{address}/old"))
        .await
        .expect("an answer");
}

fn siblings(spans: &[SpanData]) -> &'static str {
    let mut parents = spans
        .iter()
        .filter(|span| span.span_kind == SpanKind::Server);
    let first = parents.next().map(|span| span.parent_span_id);
    match parents.all(|span| Some(span.parent_span_id) == first) {
        true => "both SERVER spans are children of the one CLIENT span",
        false => "each SERVER span has a CLIENT span of its own",
    }
}

/// The server never answers; the client has patience for a moment.
async fn timed_out() {
    let gone = Arc::new(Notify::new());
    let here = Mutex::new(Some(TellsWhenDropped(gone.clone())));
    let here = Arc::new(here);
    let silent = move || async move {
        let _here = here.lock().expect("one request").take();
        pending::<&str>().await
    };
    let address = served(traced_http::traced(Router::new().route("/", get(silent)))).await;
    let request = reqwest::Client::new().get(format!("http://{address}/"));
    let request = request.timeout(Duration::from_millis(50)).build();
    let answer = traced_http::send(request.expect("a request")).await;
    assert!(answer.is_err_and(|error| error.is_timeout()));
    gone.notified().await;
    tokio::task::yield_now().await;
}

struct TellsWhenDropped(Arc<Notify>);

impl Drop for TellsWhenDropped {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

fn told(spans: &[SpanData]) -> String {
    let status = |kind: &SpanKind| {
        let span = spans.iter().find(|span| span.span_kind == *kind);
        span.map_or("none", |span| match span.status {
            Status::Unset => "Unset",
            Status::Ok => "Ok",
            Status::Error { .. } => "Error",
        })
    };
    let (client, server) = (status(&SpanKind::Client), status(&SpanKind::Server));
    format!("CLIENT: {client}; SERVER: {server}, it ends when the client hangs up")
}

/// How many spans are over when the answer has begun and nothing of its body is sent.
async fn streamed(exporter: InMemorySpanExporter) -> usize {
    let (more, pieces) = mpsc::channel::<Bytes>(1);
    let pieces = Arc::new(Mutex::new(Some(pieces)));
    let streaming = move || async move {
        let pieces = pieces.lock().expect("one request").take();
        Body::from_stream(stream::unfold(pieces, async |pieces| {
            let mut pieces = pieces?;
            let piece = pieces.recv().await?;
            Some((Ok::<_, Infallible>(piece), Some(pieces)))
        }))
    };
    let address = served(traced_http::traced(
        Router::new().route("/", get(streaming)),
    ))
    .await;
    let answer = traced_http::get(&format!("http://{address}/")).await;
    let over = exporter.get_finished_spans().map_or(0, |spans| spans.len());
    more.send("a car".into()).await.expect("a reader");
    drop(more);
    let body = answer.expect("headers").text().await;
    assert_eq!(body.expect("a body"), "a car");
    over
}

/// How a middleware is laid around routes.
type Middleware = fn(Router) -> Router;

const MIDDLEWARES: [(&str, Middleware); 4] = [
    ("by hand, as here", traced_http::traced),
    ("`tower-otel`", |routes| {
        routes.layer(tower_otel::trace::HttpLayer::server(tracing::Level::INFO))
    }),
    ("`axum-tracing-opentelemetry`", |routes| {
        routes.layer(axum_tracing_opentelemetry::middleware::OtelAxumLayer::default())
    }),
    ("`tower-http`, `TraceLayer`", |routes| {
        routes.layer(tower_http::trace::TraceLayer::new_for_http())
    }),
];

async fn middlewares() -> String {
    let head = "| middleware | from which level | name | kind | the caller's trace goes on |";
    let mut table = format!("{head}\n|---|---|---|---|---|\n");
    for (name, middleware) in MIDDLEWARES {
        let levels = [LevelFilter::INFO, LevelFilter::DEBUG, LevelFilter::TRACE];
        let mut seen = None;
        for level in levels {
            let spans = spans_of(level, |_| asked(middleware)).await.0;
            seen = seen.or_else(|| Some((level, spans.into_iter().next()?)));
        }
        let row = seen.map_or("never | | | ".to_owned(), |(level, span)| {
            let goes_on = match span.span_context.trace_id().to_string() == TRACE {
                true => "yes",
                false => "no",
            };
            let (level, kind) = (level.to_string().to_uppercase(), span.span_kind);
            format!("{level} | `{}` | {kind:?} | {goes_on}", span.name)
        });
        table += &format!("| {name} | {row} |\n");
    }
    table
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

async fn asked(middleware: Middleware) {
    let routes = Router::new().route("/cars/{id}", get(async || "a car"));
    let address = served(middleware(routes)).await;
    let request = reqwest::Client::new().get(format!("http://{address}/cars/7"));
    let request = request.header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"));
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.text().await.expect("a body"), "a car");
}
