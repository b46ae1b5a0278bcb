//! The service that asks `quotes`. Nothing to do in here.

use std::{net::TcpListener, time::Duration};

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, Uri},
    routing::get,
};
use futures_util::{
    FutureExt, Stream, TryStreamExt,
    stream::{self, BoxStream},
};
use opentelemetry::global;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use quotes::{Car, Offer, Quote, QuotesClient};
use tokio::{
    sync::mpsc,
    time::{self, Instant},
};
use tonic::{
    Code, Request, Response, Status, Streaming,
    transport::{Channel, Endpoint},
};
use tracing::Instrument;

use crate::{call::Call, rows, send_along};

/// How long a customer waits for all dealers.
const DEADLINE: Duration = Duration::from_millis(150);

#[derive(Clone)]
struct Asks {
    address: Uri,
    client: QuotesClient<Channel>,
}

/// Answers over HTTP; `address` is the one of `quotes`.
///
/// # Errors
/// When the listener fails, or the address is none.
pub async fn search(
    listener: TcpListener,
    address: String,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let address: Uri = address.parse()?;
    let channel = Endpoint::from(address.clone()).connect_lazy();
    let client = QuotesClient::new(channel);
    let routes = Router::new()
        .route("/cars/{id}/best", get(best))
        .route("/cars/{id}/first", get(first))
        .route("/haggle/{euros}", get(haggle))
        .with_state(Asks { address, client });
    Ok(traced_http::serve(listener, routes).await?)
}

type Answer = Result<String, StatusCode>;
type Rows<T> = BoxStream<'static, Result<T, Status>>;

/// The cheapest of all quotes.
async fn best(State(asks): State<Asks>, Path(id): Path<u32>) -> Answer {
    let quotes = asks.watch(id).await.map_err(status)?;
    let quotes: Vec<Quote> = quotes.try_collect().await.map_err(status)?;
    let best = quotes.into_iter().min_by_key(|quote| quote.euros);
    best.map(shown).ok_or(StatusCode::NOT_FOUND)
}

/// The first quote: the others are of no interest, and nobody reads on.
async fn first(State(asks): State<Asks>, Path(id): Path<u32>) -> Answer {
    let mut quotes = asks.watch(id).await.map_err(status)?;
    let first = quotes.try_next().await.map_err(status)?;
    first.map(shown).ok_or(StatusCode::NOT_FOUND)
}

/// Offers 500 more each time, until the dealer agrees.
async fn haggle(State(asks): State<Asks>, Path(mut euros): Path<u32>) -> Answer {
    let (offer, mut offers) = mpsc::unbounded_channel();
    let offers = stream::poll_fn(move |waker| offers.poll_recv(waker));
    let mut answers = asks.haggle(offers).await.map_err(status)?;
    loop {
        // Who has gone gives no answer.
        let _ = offer.send(Offer { euros });
        match answers.try_next().await.map_err(status)? {
            Some(answer) if answer.agreed => break,
            Some(_) => euros += 500,
            None => return Err(StatusCode::BAD_GATEWAY),
        }
    }
    drop(offer);
    let rest: Vec<_> = answers.try_collect().await.map_err(status)?;
    rest.is_empty()
        .then(|| euros.to_string())
        .ok_or(StatusCode::BAD_GATEWAY)
}

impl Asks {
    async fn watch(mut self, id: u32) -> Result<Rows<Quote>, Status> {
        let call = Call::asked("quotes.Quotes/Watch", &self.address);
        let until = Instant::now() + DEADLINE;
        let mut request = Request::new(Car { id });
        send_along(&call, request.metadata_mut());
        let asked = time::timeout_at(until, self.client.watch(request));
        let asked = asked.map(|answer| answer.unwrap_or_else(|_| Err(late())));
        let (quotes, call) = begun(call, asked).await?;
        Ok(rows(in_time(quotes, until), call))
    }

    async fn haggle(
        mut self,
        offers: impl Stream<Item = Offer> + Send + 'static,
    ) -> Result<Rows<quotes::Answer>, Status> {
        let call = Call::asked("quotes.Quotes/Haggle", &self.address);
        let mut request = Request::new(offers);
        send_along(&call, request.metadata_mut());
        let (answers, call) = begun(call, self.client.haggle(request)).await?;
        Ok(rows(answers, call))
    }
}

/// The stream of an answer, and the call that it belongs to; without an answer the call is over.
async fn begun<T>(
    mut call: Call,
    asked: impl Future<Output = tonic::Result<Response<Streaming<T>>>>,
) -> Result<(Streaming<T>, Call), Status> {
    match asked.instrument(call.span().clone()).await {
        Ok(answer) => Ok((answer.into_inner(), call)),
        Err(status) => {
            call.end(status.code());
            Err(status)
        }
    }
}

/// The rows that come until then, and an error after that.
fn in_time<T: Send + 'static>(
    rows: Streaming<T>,
    until: Instant,
) -> impl Stream<Item = Result<T, Status>> + Send + 'static {
    stream::try_unfold(rows, move |mut rows| async move {
        let late = |_| Status::deadline_exceeded("the customer waits no longer");
        let row = time::timeout_at(until, rows.message())
            .await
            .map_err(late)??;
        Ok(row.map(|row| (row, rows)))
    })
}

fn late() -> Status {
    Status::deadline_exceeded("the customer waits no longer")
}

fn shown(quote: Quote) -> String {
    format!("{} {}", quote.dealer, quote.euros)
}

fn status(status: Status) -> StatusCode {
    match status.code() {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::BAD_GATEWAY,
    }
}
