//! A node that has cars; each region runs one. Nothing to do in here.

use std::{error::Error, future, net::TcpListener};

use marketplace::Market;
use nodes::Node;
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};
use ractor_cluster::RactorClusterMessage;
use traced_nodes::{Sender, Traced};
use tracing::{Instrument, info_span};

/// The nodes of the regions know it; who has another one finds nobody.
pub const COOKIE: &str = "k-17";

/// What the actor is sent.
#[derive(Debug, RactorClusterMessage)]
pub enum Stock {
    /// Asks for the price of a car.
    #[rpc]
    Find(u32, RpcReplyPort<String>),
}

/// Runs the node of a region until the process ends.
///
/// # Errors
/// When it does not start.
pub async fn inventory(
    region: &'static str,
    cookie: &str,
    listener: TcpListener,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let node = Node::start(region, cookie).await?;
    node.listen(listener)?;
    Actor::spawn(None, Keeper(region), Market::open()).await?;
    future::pending().await
}

struct Keeper(&'static str);

impl Actor for Keeper {
    type Msg = Traced<Stock>;
    type State = Market;
    type Arguments = Market;

    async fn pre_start(
        &self,
        me: ActorRef<Traced<Stock>>,
        market: Market,
    ) -> Result<Market, ActorProcessingErr> {
        nodes::join(self.0, &me);
        Ok(market)
    }

    async fn handle(
        &self,
        _: ActorRef<Traced<Stock>>,
        message: Traced<Stock>,
        market: &mut Market,
    ) -> Result<(), ActorProcessingErr> {
        let Stock::Find(id, _) = *message.message();
        let (Stock::Find(_, reply), span) = message.open(Sender::Waits, || {
            info_span!(
                "inventory/Find",
                otel.kind = "server",
                rpc.system.name = "ractor_cluster",
                rpc.method = "inventory/Find",
                workshop.car.id = id,
            )
        });
        let found = market.find_car(id).instrument(span).await;
        let price = found.map_or_else(|_| String::new(), |car| car.price_eur.to_string());
        // Nobody may wait for it any more.
        let _ = reply.send(price);
        Ok(())
    }
}
