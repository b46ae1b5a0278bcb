//! Dealers of both generations. They trace, each with the one propagator that it knows.

pub(crate) mod headers;

use std::{collections::HashMap, io, net::TcpListener};

use axum::{Router, http::StatusCode, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use opentelemetry::{
    Context, KeyValue,
    baggage::BaggageExt,
    context::FutureExt,
    global,
    propagation::{
        Extractor, Injector, TextMapCompositePropagator, TextMapPropagator,
        text_map_propagator::FieldIter,
    },
};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use testkit::{Code, Diagnosis, Exercise, Fact, Seen};

/// An old header with a span of somebody else.
const STALE: &str = "AW4MYyV940ySb5780DknJy4A8GeqC6kCtwE";
/// What a new dealer has to say beside its ids.
const STATE: &str = "dealers=golf7";

/// The services of the test: two dealers and the learner's `inventory`.
pub(crate) fn all(exercise: Exercise) -> Exercise {
    exercise
        .service("dealer-old", |place| {
            old(place.listener(), place.url("inventory"))
        })
        .service("dealer-new", |place| {
            new(place.listener(), place.url("inventory"))
        })
        .service("inventory", |place| {
            let dealer = |name: &str| (name.to_owned(), place.url(&format!("dealer-{name}")));
            let dealers = HashMap::from(["old", "new"].map(dealer));
            own_propagator::inventory(place.listener(), dealers)
        })
}

/// New dealers get back what they keep in `tracestate`.
pub(crate) fn keep_their_state(seen: &Seen) -> Fact {
    let mut traces = [seen.named("GET /"), seen.named("GET /relay")].concat();
    traces.retain(|span| span.service() == "dealer-new");
    let own = |ids: &&str| {
        traces
            .iter()
            .any(|span| ids.contains(&span.trace_id.to_string()))
    };
    let mut sent = seen
        .crossings()
        .iter()
        .filter(|sent| sent.from == "inventory");
    let stateless = sent.any(|sent| {
        let state = sent.header("tracestate").unwrap_or_default();
        sent.header("traceparent").filter(own).is_some() && !state.contains(STATE)
    });
    let message = "inventory sent a new dealer its ids without its `tracestate`";
    (!stateless)
        .then_some(())
        .ok_or_else(|| Diagnosis::new(Code::LostContext, message).into())
}

/// One that knows the binary header only.
async fn old(listener: TcpListener, inventory: String) -> io::Result<()> {
    global::set_text_map_propagator(Old);
    let ask = move || async move { ask(format!("{inventory}/dealers/old/cars/7"), None).await };
    traced_http::serve(listener, photos().route("/", get(ask))).await
}

/// One that knows the W3C's headers only, and sends who it is as baggage. `/relay` asks by way of a
/// gateway that leaves an old header in the request.
async fn new(listener: TcpListener, inventory: String) -> io::Result<()> {
    let w3c: Vec<Box<dyn TextMapPropagator + Send + Sync>> =
        vec![Box::new(Stating), Box::new(BaggagePropagator::new())];
    global::set_text_map_propagator(TextMapCompositePropagator::new(w3c));
    let url = format!("{inventory}/dealers/new/cars/7");
    let relayed = url.clone();
    let routes = photos()
        .route("/", get(move || ask(url, None)))
        .route("/relay", get(move || ask(relayed, Some(STALE))));
    traced_http::serve(listener, routes).await
}

fn photos() -> Router {
    Router::new().route("/photos/{id}", get(async || "3"))
}

async fn ask(url: String, header: Option<&str>) -> Result<String, StatusCode> {
    let me = Context::current().with_baggage([KeyValue::new("workshop.dealer.id", "d-17")]);
    let mut request = reqwest::Client::new().get(url);
    if let Some(header) = header {
        request = request.header("dealer-context", header);
    }
    let request = request.build().map_err(|_| StatusCode::BAD_REQUEST)?;
    let answer = traced_http::send(request).with_context(me).await;
    let answer = answer.map_err(|_| StatusCode::BAD_GATEWAY)?.text().await;
    answer.map_err(|_| StatusCode::BAD_GATEWAY)
}

/// The W3C's propagator, with a vendor's entry in `tracestate`.
#[derive(Debug)]
struct Stating;

impl TextMapPropagator for Stating {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        TraceContextPropagator::new().inject_context(context, injector);
        injector.set("tracestate", STATE.to_owned());
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        TraceContextPropagator::new().extract_with_context(context, extractor)
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&[])
    }
}

/// The old header, by way of the text that the W3C's propagator knows.
#[derive(Debug)]
struct Old;

impl TextMapPropagator for Old {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        let mut w3c = HashMap::new();
        TraceContextPropagator::new().inject_context(context, &mut w3c);
        let digits: String = w3c["traceparent"].chars().filter(|c| *c != '-').collect();
        let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal");
        let mut bytes = vec![1];
        bytes.extend((2..digits.len()).step_by(2).map(byte));
        injector.set("dealer-context", URL_SAFE_NO_PAD.encode(bytes));
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        let bytes = extractor
            .get("dealer-context")
            .map(|text| URL_SAFE_NO_PAD.decode(text));
        let Some(Ok(bytes)) =
            bytes.filter(|read| read.as_ref().is_ok_and(|bytes| bytes.len() == 26))
        else {
            return context.clone();
        };
        let hex: String = bytes[1..]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let (trace, span, flags) = (&hex[..32], &hex[32..48], &hex[48..]);
        let w3c = HashMap::from([(
            "traceparent".to_owned(),
            format!("00-{trace}-{span}-{flags}"),
        )]);
        TraceContextPropagator::new().extract_with_context(context, &w3c)
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&[])
    }
}
