//! The shop: what it sends, and in which relation. Nothing to do in here.

use std::{pin::Pin, sync::mpsc as std_mpsc};

use marketplace::{Journal, Market, Region};
use opentelemetry::{
    Context,
    context::FutureExt,
    global,
    trace::{SpanKind, TraceContextExt, Tracer},
};
use ractor::{Actor, ActorRef, SpawnErr};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{broadcast, mpsc, oneshot},
    task::JoinHandle,
};
use tracing::{Instrument, Span, dispatcher, info_span, instrument};

use crate::{
    Envelope, Relation,
    workers::{self, Ask, Price, Value, Valuer},
};

/// What an evening in the shop came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evening {
    /// The prices of the two cars that were shown, in euros.
    pub prices: [Option<u32>; 2],
    /// What the mailed valuations say that they are worth, in euros.
    pub values: [Option<u32>; 2],
    /// How many prices the regions put into their indexes.
    pub indexed: usize,
    /// How many visits were counted.
    pub visits: usize,
    /// Prices and valuations as they went out: what another node would have received.
    pub sent: Vec<String>,
    /// What was really done.
    pub done: Journal,
}

/// Opens a shop, shows car 7 and car 6 at once and offers car 20, all of it within the span of
/// `request`, and closes the shop.
pub async fn evening(request: impl FnOnce() -> Span) -> Result<Evening, String> {
    let market = Market::open();
    let shop = Shop::open(&market)
        .await
        .map_err(|error| error.to_string())?;
    let request = request();
    let shown = async { tokio::join!(shop.show(7), shop.show(6)) };
    let (one, other) = shown.instrument(request.clone()).await;
    request.in_scope(|| shop.offer(20));
    let (one_worth, one_mail) = one.mailed.await.unwrap_or_default();
    let (other_worth, other_mail) = other.mailed.await.unwrap_or_default();
    let (visits, indexed, mut sent) = shop.close().await;
    sent.extend([one_mail, other_mail]);
    Ok(Evening {
        prices: [one.price, other.price],
        values: [one_worth, other_worth],
        indexed,
        visits,
        sent,
        done: market.journal(),
    })
}

/// A shop that is open: its workers wait for envelopes.
struct Shop {
    pricing: mpsc::Sender<Envelope<Ask>>,
    prices: broadcast::Sender<String>,
    valuer: ActorRef<Value>,
    visits: mpsc::UnboundedSender<Envelope<u32>>,
    dealers: std_mpsc::Sender<Envelope<u32>>,
    sent: broadcast::Receiver<String>,
    workers: Vec<JoinHandle<usize>>,
    actor: JoinHandle<()>,
}

/// A car that was shown.
struct Shown {
    price: Option<u32>,
    /// Ends when its valuation has been mailed, with what it is worth and how that arrived.
    mailed: JoinHandle<(Option<u32>, String)>,
}

impl Shop {
    /// Opens a shop: its workers begin to wait.
    async fn open(market: &Market) -> Result<Self, SpawnErr> {
        let (pricing, asked) = mpsc::channel(8);
        let (visits, counted) = mpsc::unbounded_channel();
        let prices = broadcast::Sender::new(64);
        let (valuer, actor) = Actor::spawn(None, Valuer, market.clone()).await?;
        let mut workers = vec![
            begin(workers::price(market.clone(), asked)),
            begin(workers::count(counted).instrument(info_span!("count visits"))),
        ];
        for region in Region::ALL {
            workers.push(begin(workers::index(region, prices.subscribe())));
        }
        let (dealers, overnight) = std_mpsc::channel();
        // The dealers read their mailbox at night. Until then, what is in it stays in it.
        std::mem::forget::<std_mpsc::Receiver<_>>(overnight);
        let sent = prices.subscribe();
        // The owner's own visit: no span is current that it could be a child of.
        let _ = visits.send(Envelope::seal(0, Relation::Child));
        Ok(Self {
            pricing,
            prices,
            valuer,
            visits,
            dealers,
            sent,
            workers,
            actor,
        })
    }

    /// Shows a car to a visitor, tells the regions its price, and has it valued.
    #[instrument(name = "show car", skip_all, fields(workshop.car.id = car))]
    async fn show(&self, car: u32) -> Shown {
        let _ = self.visits.send(Envelope::seal(car, Relation::None));
        let price = self.ask_price(car).with_context(asks()).await;
        let (report, reported) = oneshot::channel();
        // ANCHOR: cast
        sends("request valuation", "producer").in_scope(|| {
            let value = Value(Envelope::seal(car, Relation::Link), report);
            holding_no_span(|| self.valuer.cast(value)).ok()
        });
        // ANCHOR_END: cast
        if let Some(price_eur) = price {
            sends("publish price", "producer").in_scope(|| {
                let price = Envelope::seal(Price { car, price_eur }, Relation::Link);
                self.prices.send(serde_json::to_string(&price).ok()?).ok()
            });
        }
        let mailed = tokio::spawn(workers::mail(reported));
        Shown { price, mailed }
    }

    /// Asks for the price of a car, and waits for it.
    async fn ask_price(&self, car: u32) -> Option<u32> {
        let (reply, replied) = oneshot::channel();
        let asked = Envelope::seal(Ask { car, reply }, Relation::Child);
        self.pricing.send(asked).await.ok()?;
        replied.await.ok()
    }

    /// Offers a car to the dealers, who will know in the morning.
    #[instrument(name = "offer car", skip_all, fields(otel.kind = "producer"))]
    fn offer(&self, car: u32) {
        let _ = self.dealers.send(Envelope::seal(car, Relation::Link));
    }

    /// Closes the shop when its workers have done all that they were sent: how many visits were
    /// counted, how many prices indexed, and what was sent to the regions.
    async fn close(mut self) -> (usize, usize, Vec<String>) {
        let _ = self.valuer.drain();
        drop((self.pricing, self.prices, self.visits));
        let _ = self.actor.await;
        let mut done = Vec::new();
        for worker in self.workers {
            done.push(worker.await.unwrap_or_default());
        }
        let sent = std::iter::from_fn(|| self.sent.try_recv().ok()).collect();
        (done[1], done[2..].iter().sum(), sent)
    }
}

/// A worker in a task of its own. In a box, all workers are compiled as one kind of task.
fn begin(worker: impl Future<Output = usize> + Send + 'static) -> JoinHandle<usize> {
    let worker: Pin<Box<dyn Future<Output = usize> + Send>> = Box::pin(worker);
    tokio::spawn(worker)
}

/// A context with the span of a call, made with the OpenTelemetry API. It ends with the context.
fn asks() -> Context {
    let tracer = global::tracer("search");
    let builder = tracer.span_builder("ask price").with_kind(SpanKind::Client);
    Context::current_with_span(builder.start(&tracer))
}

/// The span that stands for the sending of a message.
fn sends(name: &'static str, kind: &'static str) -> Span {
    info_span!("send", otel.name = name, otel.kind = kind)
}

/// Sends where no span is current: ractor would keep the sender's span in the message and run the
/// handler within it. Where there is no subscriber, there is no span.
fn holding_no_span<T>(send: impl FnOnce() -> T) -> T {
    dispatcher::with_default(&tracing::Dispatch::none(), send)
}
