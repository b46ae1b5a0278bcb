//! The node that customers see, and that knows the prices. Nothing to do in here.

use std::{error::Error, net::TcpListener, time::Duration};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use beam::{Inbound, Inbox, Kind, Link, Term, atom, integer, parts, text, tuple};
use marketplace::Market;
use opentelemetry::global;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Instrument, info_span};

use crate::{
    answer_token, call_token, counted,
    desk::{COOKIE, NAME},
    price_span,
};

const ME: &str = "search@127.0.0.1";
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers over HTTP; `desk` is the address of the Erlang node.
///
/// # Errors
/// When there is no connection, or the listener fails.
pub async fn search(
    listener: TcpListener,
    desk: String,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    // Whoever calls over HTTP may have a trace.
    global::set_text_map_propagator(TraceContextPropagator::new());
    let (link, inbox) = Link::connect(&desk, NAME, ME, COOKIE).await?;
    tokio::spawn(answer(link.clone(), inbox));
    let routes = Router::new().route("/cars/{id}/quote", get(show));
    Ok(traced_http::serve(listener, routes.with_state(link)).await?)
}

async fn show(State(link): State<Link>, Path(car): Path<u32>) -> Result<String, StatusCode> {
    let span = info_span!(
        "desk/quote",
        otel.kind = "client",
        rpc.system.name = "erlang",
        rpc.method = "desk/quote",
    );
    let quoted = quote(&link, car).instrument(span).await;
    let [_, rate] = quoted.and_then(parts).ok_or(StatusCode::BAD_GATEWAY)?;
    Ok(format!("{} EUR a month", text(&rate)))
}

async fn quote(link: &Link, car: u32) -> Option<Term> {
    let quote = tuple([atom("quote"), number(car), atom(ME)]);
    let token = call_token();
    link.call_with("desk", quote, token, PATIENCE).await.ok()
}

/// Takes what the Erlang node asks and tells, until it is gone.
async fn answer(link: Link, mut inbox: Inbox) {
    let market = Market::open();
    while let Some(inbound) = inbox.recv().await {
        let Inbound {
            kind,
            message,
            token,
            ..
        } = inbound;
        let Kind::Call(from) = kind else {
            counted(token.as_ref());
            continue;
        };
        let car = parts::<2>(message).and_then(|[_, car]| text(&car).parse().ok());
        let span = price_span(token.as_ref());
        let found = market.find_car(car.unwrap_or_default());
        let price = match found.instrument(span).await {
            Ok(car) => tuple([atom("ok"), number(car.price_eur)]),
            Err(error) => tuple([atom("error"), atom(&error.to_string())]),
        };
        link.reply(&from, price, answer_token(token.as_ref()));
    }
}

fn number(number: u32) -> Term {
    integer(i32::try_from(number).unwrap_or(i32::MAX))
}
