//! An actor works for two customers, and its traces know one of them at most.
//!
//! Given: an actor prices cars, one after another. Its callers wait for it (`callers.rs`): one has a
//! span of `tracing`, the other one of the OpenTelemetry API. The car is valued on the blocking pool.
//! Goal: what the actor does for a customer is in that customer's trace.
//! Done when: each `ask price` has a child `price car` of kind SERVER with `value car` below it. It
//! begins when the actor begins with it; how long the message waited is in the attribute
//! `workshop.mailbox.wait`, in seconds.

mod actor;
mod callers;

use std::{error::Error, time::Instant};

use marketplace::{Car, FindError, Market};
use opentelemetry::Context;
use ractor::RpcReplyPort;
use ractor_cluster_derive::RactorMessage;
use tokio::task;
use tracing::instrument;
#[allow(unused_imports, reason = "for the gaps")]
use tracing::{Instrument, Span, info_span};

pub use actor::Pricing;
pub use callers::{compare, show};

/// Asks what a car should cost.
#[derive(RactorMessage)]
pub struct Ask {
    car: u32,
    sent: Instant,
    context: Context,
    reply: RpcReplyPort<u32>,
}

impl Ask {
    fn new(car: u32, reply: RpcReplyPort<u32>) -> Self {
        // ANCHOR: ask
        // DONE(08.1): the message says for whom it asks
        let context = Context::current();
        // END(08.1)
        // ANCHOR_END: ask
        let sent = Instant::now();
        Self {
            car,
            sent,
            context,
            reply,
        }
    }
}

/// Works for a caller, when the actor has taken the message out of its mailbox.
async fn handle(ask: Ask, market: &Market) -> Result<(), Box<dyn Error + Send + Sync>> {
    let work = price(market.clone(), ask.car);
    // ANCHOR: handle
    // DONE(08.2): the work has a span of its own, for whom the message says
    let span = {
        let _caller = ask.context.attach();
        let wait = ask.sent.elapsed().as_secs_f64();
        info_span!(
            "price car",
            otel.kind = "server",
            workshop.mailbox.wait = wait
        )
    };
    let price = work.instrument(span).await;
    // END(08.2)
    // ANCHOR_END: handle
    ask.reply.send(price?)?;
    Ok(())
}

async fn price(market: Market, id: u32) -> Result<u32, FindError> {
    let car = market.find_car(id).await?;
    let valuer = market.clone();
    // ANCHOR: pool
    // DONE(08.3): the car is valued on the blocking pool
    let span = Span::current();
    let valued = task::spawn_blocking(move || span.in_scope(|| value(&valuer, car)));
    // END(08.3)
    // ANCHOR_END: pool
    let car = valued.await.map_err(|_| FindError::Damaged)?;
    Ok(market.reprice(&car))
}

#[instrument(name = "value car", skip_all)]
fn value(market: &Market, car: Car) -> Car {
    market.value(vec![car]).remove(0)
}
