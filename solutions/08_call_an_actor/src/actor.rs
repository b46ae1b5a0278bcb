//! The actor, as ractor wants it. Nothing to do in here.

use marketplace::Market;
use ractor::{Actor, ActorProcessingErr, ActorRef};

use crate::Ask;

/// Prices cars.
pub struct Pricing;

impl Actor for Pricing {
    type Msg = Ask;
    type State = Market;
    type Arguments = Market;

    async fn pre_start(
        &self,
        _: ActorRef<Ask>,
        market: Market,
    ) -> Result<Market, ActorProcessingErr> {
        Ok(market)
    }

    // ANCHOR: handle
    async fn handle(
        &self,
        _: ActorRef<Ask>,
        ask: Ask,
        market: &mut Market,
    ) -> Result<(), ActorProcessingErr> {
        crate::handle(ask, market).await
    }
    // ANCHOR_END: handle
}
