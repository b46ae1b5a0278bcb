//! Everybody around the edge: a partner that traces, and a stranger who asks, is asked, and forges.

use std::{io, net::TcpListener, panic, thread};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use opentelemetry::{Context, KeyValue, baggage::BaggageExt, context::FutureExt};
use serde::{Deserialize, Serialize};
use testkit::{Client, Code, Diagnosis, Exercise, Fact, Seen, Span, about_span};
use whose_trace_is_it::{Others, edge, search, speak_w3c};

/// What somebody was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) traceresponse: Option<String>,
}

/// The ids that the stranger makes up. The last eight bytes are what a ratio looks at: it always says
/// yes to these.
const TRACE: &str = "4bf92f3577b34da60000000000000000";
const SPAN: &str = "00f067aa0ba902b7";

/// The services of the test.
pub(crate) fn all(exercise: Exercise) -> Exercise {
    exercise
        .service("search", |place| search(place.listener()))
        .service("stranger", |place| {
            stranger(place.listener(), place.url("edge"))
        })
        .service("edge", |place| {
            let (search, advertiser) = (place.url("search"), place.url("stranger"));
            edge(place.listener(), Others { search, advertiser })
        })
        .service("partner", |place| {
            partner(place.listener(), place.url("edge"))
        })
}

/// Sixty requests, four at a time.
pub(crate) fn flood(client: &Client) -> Vec<u16> {
    let ask = || client.get("stranger", "/ask/01").status;
    thread::scope(|scope| {
        let askers = [(); 4].map(|()| scope.spawn(move || [(); 15].map(|()| ask())));
        let told = askers.map(|it| it.join().unwrap_or_else(|it| panic::resume_unwind(it)));
        told.concat()
    })
}

/// It traces, has a key, and sends more baggage than anybody needs.
async fn partner(listener: TcpListener, edge: String) -> io::Result<()> {
    speak_w3c();
    let routes = Router::new().route("/", get(ask));
    traced_http::serve(listener, routes.with_state(edge)).await
}

async fn ask(State(edge): State<String>) -> Result<Json<Told>, StatusCode> {
    let baggage = [
        ("workshop.customer.tier", "gold"),
        ("customer.email", "anna@example.com"),
        ("session.token", "s3cr3t"),
    ];
    let me = Context::current().with_baggage(baggage.map(|(key, value)| KeyValue::new(key, value)));
    let request = reqwest::Client::new().get(format!("{edge}/cars/7"));
    let request = request.header("x-partner-key", "k-17").build();
    let request = request.map_err(|_| StatusCode::BAD_REQUEST)?;
    told(traced_http::send(request).with_context(me).await).await
}

/// It traces nothing. `/ask/01` sends a `traceparent` with these flags, `/ask/none` without any; and it
/// sends the baggage of a good customer.
async fn stranger(listener: TcpListener, edge: String) -> io::Result<()> {
    let routes = Router::new()
        .route("/ads/{id}", get(async || "a car wash"))
        .route("/ask/{flags}", get(forge))
        .with_state(edge);
    traced_http::serve_bare(listener, routes).await
}

async fn forge(
    State(edge): State<String>,
    Path(flags): Path<String>,
) -> Result<Json<Told>, StatusCode> {
    let mut request = reqwest::Client::new().get(format!("{edge}/cars/7"));
    request = request.header("baggage", "workshop.customer.tier=gold");
    if flags != "none" {
        request = request.header("traceparent", format!("00-{TRACE}-{SPAN}-{flags}"));
    }
    told(request.send().await).await
}

async fn told(answer: traced_http::Result) -> Result<Json<Told>, StatusCode> {
    let answer = answer.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let named = answer.headers().get("traceresponse");
    Ok(Json(Told {
        status: answer.status().as_u16(),
        traceresponse: named.and_then(|ids| Some(ids.to_str().ok()?.to_owned())),
        body: answer.text().await.map_err(|_| StatusCode::BAD_GATEWAY)?,
    }))
}

fn answers(seen: &Seen) -> Vec<&Span> {
    let mut spans = seen.named("GET /cars/{id}");
    spans.retain(|span| span.service() == "edge");
    spans
}

/// Each trace that the edge begins for somebody who named one links to that.
pub(crate) fn are_linked(seen: &Seen) -> Fact {
    let mut begun = answers(seen);
    begun.retain(|span| span.parent_span_id.is_none());
    let linked = |span: &&&Span| {
        let mut links = span.links.iter();
        links.any(|link| link.trace_id.to_string() == TRACE && link.span_id.to_string() == SPAN)
    };
    let mut unlinked = begun.iter().filter(|span| !linked(span));
    match (begun.len(), unlinked.next(), unlinked.next()) {
        // One of them named no trace, and has nothing to link to.
        (3, Some(first), Some(_)) => {
            let message = "the trace that a stranger named is not even a link: whoever asks for help \
                           with it cannot be helped";
            Err(about_span(Code::MissingLink, first, message).into())
        }
        _ => Ok(()), // The shape has more to say, or nobody has.
    }
}

/// Nothing but what is on the list goes on to `search`, and nothing at all for a stranger.
pub(crate) fn keep_their_secrets(seen: &Seen) -> Fact {
    let inner = seen.crossings().iter();
    for sent in inner.filter(|sent| sent.from == "edge" && sent.to == "search") {
        let baggage = sent.header("baggage").unwrap_or_default();
        for secret in ["customer.email", "session.token"] {
            if baggage.contains(secret) {
                let message =
                    format!("edge handed `{secret}` on to search, and nobody there uses it");
                return Err(Diagnosis::new(Code::LeakedBaggage, message).into());
            }
        }
    }
    Ok(())
}

/// Each answer names the span that answered.
pub(crate) fn are_named(seen: &Seen, told: &[Told]) -> Fact {
    let spans = answers(seen);
    let named = |told: &Told| {
        let ids = told.traceresponse.as_deref().unwrap_or_default();
        spans
            .iter()
            .any(|span| ids == format!("00-{}-{}-01", span.trace_id, span.span_id))
    };
    // Where one was not recorded, the shape has more to say.
    match told
        .iter()
        .find(|one| spans.len() == told.len() && !named(one))
    {
        None => Ok(()),
        Some(told) => {
            let message = "an answer of edge does not say which span answered";
            let mut diagnosis = Diagnosis::new(Code::LostContext, message);
            diagnosis.expected = Some("`traceresponse` with the ids of its SERVER span".to_owned());
            diagnosis.actual = Some(
                told.traceresponse
                    .clone()
                    .unwrap_or("no such header".to_owned()),
            );
            Err(Box::new(diagnosis))
        }
    }
}
