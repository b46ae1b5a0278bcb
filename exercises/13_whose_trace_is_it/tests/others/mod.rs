//! Everybody around the edge: a partner that traces, and a stranger who asks, is asked, and forges.

use std::{collections::HashSet, io, net::TcpListener, panic, thread};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use opentelemetry::{Context, KeyValue, baggage::BaggageExt, context::FutureExt};
use serde::{Deserialize, Serialize};
use testkit::{Client, Code, Diagnosis, Exercise, Fact, Reply, Seen, Span, about_span};
use whose_trace_is_it::{ALLOWED, Others, edge, search, speak_w3c};

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
/// What good customers are.
const TIER: &str = "gold";

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

/// What a reply of the harness's own request says; a status of 0 where it says nothing.
fn told_by(reply: &Reply) -> Told {
    reply.json().unwrap_or(Told {
        status: 0,
        body: reply.body.clone(),
        traceresponse: None,
    })
}

/// Sixty requests, four at a time.
pub(crate) fn flood(client: &Client) -> Vec<Told> {
    let ask = || told_by(&client.get("stranger", "/ask/01"));
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
        ("workshop.customer.tier", TIER),
        ("workshop.dealer.margin", "900"),
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
    request = request.header("baggage", format!("workshop.customer.tier={TIER}"));
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
        let keys = baggage
            .split(',')
            .filter_map(|member| member.split('=').next());
        let keys = keys.map(str::trim).filter(|key| !key.is_empty());
        // Baggage has no order: the report of two runs is the same with the first one by name.
        if let Some(secret) = keys.filter(|key| !ALLOWED.contains(key)).min() {
            let message = format!("edge handed `{secret}` on to search, and nobody there uses it");
            let mut leaked = Diagnosis::new(Code::LeakedBaggage, message);
            // Whoever reads it there is the one who would show it.
            (leaked.service, leaked.span) = (Some("edge".to_owned()), Some("discount".to_owned()));
            return Err(leaked.into());
        }
    }
    not_kept(seen)
}

/// A stranger's baggage is not written down either: not on the span, and not on its link.
fn not_kept(seen: &Seen) -> Fact {
    let mut strangers = answers(seen);
    strangers.retain(|span| span.parent_span_id.is_none());
    let holds_it = |span: &&&Span| {
        let links = span.links.iter().map(|link| &link.attributes);
        let mut all = links.chain([&span.attributes]);
        all.any(|attributes| {
            attributes
                .iter()
                .any(|(_, value)| value.as_str() == Some(TIER))
        })
    };
    match strangers.iter().find(holds_it) {
        None => Ok(()),
        Some(span) => {
            let message = "edge writes a stranger's baggage into its own trace: whoever asks fills your \
                           backend with what they like";
            Err(about_span(Code::LeakedBaggage, span, message).into())
        }
    }
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
    // Where one was not recorded, the shape has more to say; but a header is there in any case.
    let all = spans.len() == told.len();
    let mut wrong = told.iter();
    let wrong = wrong.find(|one| one.traceresponse.is_none() || (all && !named(one)));
    wrong.map_or(Ok(()), |told| {
        let why = "an answer of edge does not say which span answered";
        Err(misnamed(
            told,
            why,
            "`traceresponse` with the ids of its SERVER span",
        ))
    })
}

/// Each answer says whether its span is recorded.
pub(crate) fn say_what_is_recorded(seen: &Seen, told: &[Told]) -> Fact {
    let recorded: HashSet<String> = answers(seen)
        .iter()
        .map(|span| span.trace_id.to_string())
        .collect();
    let lies = |told: &&Told| {
        let ids = told.traceresponse.as_deref().unwrap_or_default();
        let fields: Vec<&str> = ids.split('-').collect();
        // Where there is no header at all, or the ids of somebody else, the other test has more to say.
        matches!(fields[..], [_, trace, _, "01"] if trace != TRACE && !recorded.contains(trace))
    };
    told.iter().find(lies).map_or(Ok(()), |told| {
        let why = "an answer of edge says that its span is recorded, and it is not: whoever asks about it \
                   is sent to look for nothing";
        Err(misnamed(told, why, "`traceresponse` that ends with `-00`"))
    })
}

fn misnamed(told: &Told, why: &str, expected: &str) -> Box<Diagnosis> {
    let mut diagnosis = Diagnosis::new(Code::LostContext, why);
    diagnosis.expected = Some(expected.to_owned());
    let actual = told.traceresponse.as_deref();
    diagnosis.actual = Some(actual.unwrap_or("no such header").to_owned());
    Box::new(diagnosis)
}
