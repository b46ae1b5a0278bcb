//! code: wrong-answer
//! why: one more argument is the first thing that comes to mind; a node with the old code is answered no more

use std::{future, net::TcpListener};

use marketplace::Market;
use nodes::Node;
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};
use ractor_cluster::RactorClusterMessage;
use tracing::{Instrument, info_span, instrument};

use crate::Traced;

/// Both nodes know it, and nobody else.
pub(crate) const COOKIE: &str = "k-17";

/// What the actor is sent.
#[derive(Debug, RactorClusterMessage)]
pub enum Stock {
    /// Asks for the price of a car; an empty answer says that there is no such car.
    #[rpc]
    Find(u32, String, RpcReplyPort<String>),
    /// Tells that a car was looked at.
    Viewed(u32, String),
}

/// Runs the node until the process ends.
///
/// # Errors
/// When it does not start.
pub async fn inventory(
    listener: TcpListener,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let node = Node::start("inventory", COOKIE).await?;
    node.listen(listener)?;
    Actor::spawn(None, Keeper, Market::open()).await?;
    future::pending().await
}

struct Keeper;

impl Actor for Keeper {
    type Msg = Traced<Stock>;
    type State = Market;
    type Arguments = Market;

    async fn pre_start(
        &self,
        me: ActorRef<Traced<Stock>>,
        market: Market,
    ) -> Result<Market, ActorProcessingErr> {
        nodes::join("inventory", &me);
        Ok(market)
    }

    // ANCHOR: handle
    async fn handle(
        &self,
        _: ActorRef<Traced<Stock>>,
        message: Traced<Stock>,
        market: &mut Market,
    ) -> Result<(), ActorProcessingErr> {
        let waited_for = matches!(message.message, Stock::Find(..));
        let (Stock::Find(_, traceparent, _) | Stock::Viewed(_, traceparent)) = &message.message;
        let traceparent = traceparent.clone();
        let (message, span) = message.open(&traceparent, waited_for, || match waited_for {
            true => info_span!(
                "inventory/Find",
                otel.kind = "server",
                rpc.system.name = "ractor_cluster",
                rpc.method = "inventory/Find"
            ),
            false => info_span!("count view", otel.kind = "consumer"),
        });
        match message {
            Stock::Find(id, _, reply) => reply.send(find(market, id).instrument(span).await)?,
            Stock::Viewed(id, _) => drop(market.find_car(id).instrument(span).await),
        }
        Ok(())
    }
    // ANCHOR_END: handle
}

#[instrument(skip_all, name = "find car", fields(workshop.car.id = id))]
async fn find(market: &Market, id: u32) -> String {
    let found = market.find_car(id).await;
    found.map_or_else(|_| String::new(), |car| car.price_eur.to_string())
}
