//! The workers: each takes an envelope, opens it, and works within a span. Nothing to do in here.

use marketplace::{Market, Region};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use ractor_cluster_derive::RactorMessage;
use serde::{Deserialize, Serialize};
use tokio::sync::{broadcast, mpsc, oneshot};
use tracing::{Instrument, info_span};

use crate::{Envelope, Relation};

/// Asks for the price of a car.
pub(crate) struct Ask {
    pub(crate) car: u32,
    pub(crate) reply: oneshot::Sender<u32>,
}

/// A new price, for every region.
#[derive(Serialize, Deserialize)]
pub(crate) struct Price {
    pub(crate) car: u32,
    pub(crate) price_eur: u32,
}

/// Behind an mpsc: prices cars, one after another.
pub(crate) async fn price(market: Market, mut mailbox: mpsc::Receiver<Envelope<Ask>>) -> usize {
    let mut priced = 0;
    while let Some(asked) = mailbox.recv().await {
        // ANCHOR: open
        let (Ask { car, reply }, handled) = asked.open();
        let span = handled.span(|| info_span!("price car", otel.kind = "server"));
        // ANCHOR_END: open
        let found = market.find_car(car).instrument(span.clone()).await;
        span.in_scope(|| found.map(|car| reply.send(market.reprice(&car))).ok());
        priced += 1;
    }
    priced
}

/// Behind a broadcast: each region hears of every price, and writes it into its index.
pub(crate) async fn index(region: Region, mut prices: broadcast::Receiver<String>) -> usize {
    let mut indexed = 0;
    while let Ok(line) = prices.recv().await {
        let Ok(price) = serde_json::from_str::<Envelope<Price>>(&line) else {
            continue;
        };
        let (Price { car, price_eur }, handled) = price.open();
        let span = handled.span(|| {
            info_span!(
                "index price",
                otel.kind = "consumer",
                workshop.region = %region,
                workshop.car.id = car
            )
        });
        span.in_scope(|| indexed += usize::from(price_eur > 0));
    }
    indexed
}

/// Behind an unbounded mpsc: counts visits, within a span for its whole life.
pub(crate) async fn count(mut visits: mpsc::UnboundedReceiver<Envelope<u32>>) -> usize {
    let mut counted = 0;
    while let Some(visit) = visits.recv().await {
        let (_, handled) = visit.open();
        handled
            .span(|| info_span!("count visit"))
            .in_scope(|| counted += 1);
    }
    counted
}

/// Behind a oneshot: waits for a valuation and mails it; also tells how it looks on the wire.
pub(crate) async fn mail(reported: oneshot::Receiver<Envelope<u32>>) -> (Option<u32>, String) {
    let Ok(report) = reported.await else {
        return <_>::default();
    };
    let line = serde_json::to_string(&report).unwrap_or_default();
    let (worth_eur, handled) = report.open();
    let span = handled.span(|| info_span!("mail valuation", otel.kind = "consumer"));
    (span.in_scope(|| Some(worth_eur)), line)
}

/// Asks what a car is worth, and where to report it.
#[derive(RactorMessage)]
pub(crate) struct Value(
    pub(crate) Envelope<u32>,
    pub(crate) oneshot::Sender<Envelope<u32>>,
);

/// An actor: values cars.
pub(crate) struct Valuer;

impl Actor for Valuer {
    type Msg = Value;
    type State = Market;
    type Arguments = Market;

    async fn pre_start(
        &self,
        _: ActorRef<Value>,
        market: Market,
    ) -> Result<Market, ActorProcessingErr> {
        Ok(market)
    }

    async fn handle(
        &self,
        _: ActorRef<Value>,
        Value(asked, report): Value,
        market: &mut Market,
    ) -> Result<(), ActorProcessingErr> {
        let (car, handled) = asked.open();
        let span =
            handled.span(|| info_span!("value car", otel.kind = "consumer", workshop.car.id = car));
        let found = market.find_car(car).instrument(span.clone()).await?;
        span.in_scope(|| {
            let valued = market.value(vec![found]);
            let worth = valued
                .iter()
                .find_map(|car| car.value_eur)
                .unwrap_or_default();
            let span = info_span!("send valuation", otel.kind = "producer");
            let _ = span.in_scope(|| report.send(Envelope::seal(worth, Relation::Link)));
        });
        Ok(())
    }
}
