//! The node that customers see, and that knows the prices. Nothing to do in here.

use std::{error::Error, net::TcpListener, time::Duration};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use beam::{CallError, Inbound, Inbox, Kind, Link, Term, atom, integer, parts, text, tuple};
use marketplace::Market;
use opentelemetry::global;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Instrument, info_span};

use crate::{
    caller, reserve, sender,
    stock::{COOKIE, NAME},
};

const ME: &str = "search@127.0.0.1";
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers over HTTP; `stock` is the address of the Erlang node.
///
/// # Errors
/// When there is no connection, or the listener fails.
pub async fn search(
    listener: TcpListener,
    stock: String,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    // Whoever calls over HTTP may have a trace.
    global::set_text_map_propagator(TraceContextPropagator::new());
    let (link, inbox) = Link::connect(&stock, NAME, ME, COOKIE).await?;
    tokio::spawn(answer(link.clone(), inbox));
    let routes = Router::new().route("/cars/{id}/reserve", get(show));
    Ok(traced_http::serve(listener, routes.with_state(link)).await?)
}

async fn show(State(link): State<Link>, Path(car): Path<u32>) -> Result<String, StatusCode> {
    let reserved = reserve(&link, car).await;
    let reserved = reserved.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let [_, price] = parts(reserved).ok_or(StatusCode::BAD_GATEWAY)?;
    let told = info_span!("tell view", otel.kind = "producer");
    told.in_scope(|| {
        link.cast(
            "stock",
            tuple([sender(), tuple([atom("viewed"), number(car)])]),
        )
    });
    Ok(format!("{} EUR", text(&price)))
}

/// Asks the Erlang node to reserve a car.
pub(crate) async fn ask(link: &Link, car: u32) -> Result<Term, CallError> {
    let reserve = tuple([atom("reserve"), number(car), atom(ME)]);
    link.call("stock", tuple([sender(), reserve]), PATIENCE)
        .await
}

/// Answers the Erlang node's own questions, until it is gone.
async fn answer(link: Link, mut inbox: Inbox) {
    let market = Market::open();
    while let Some(Inbound { kind, message, .. }) = inbox.recv().await {
        let (Kind::Call(from), Some([sender, question])) = (kind, parts(message)) else {
            continue;
        };
        let car = parts::<2>(question).and_then(|[_, car]| text(&car).parse().ok());
        let span = {
            let _current = caller(&sender).attach();
            info_span!(
                "price/ask",
                otel.kind = "server",
                rpc.system.name = "erlang",
                rpc.method = "price/ask",
            )
        };
        let found = market
            .find_car(car.unwrap_or_default())
            .instrument(span)
            .await;
        let price = match found {
            Ok(car) => tuple([atom("ok"), number(car.price_eur)]),
            Err(error) => tuple([atom("error"), atom(&error.to_string())]),
        };
        link.reply(&from, price, None);
    }
}

fn number(number: u32) -> Term {
    integer(i32::try_from(number).unwrap_or(i32::MAX))
}
