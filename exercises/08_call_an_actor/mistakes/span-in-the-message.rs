//! code: stretched
//! why: the span is made where the caller is known, and begins there: it counts the time in the mailbox

mod actor;
mod callers;

use std::{error::Error, time::Instant};

use marketplace::{Car, FindError, Market};
use ractor::RpcReplyPort;
use ractor_cluster_derive::RactorMessage;
use tokio::task;
use tracing::{Instrument, Span, info_span, instrument};

pub use actor::Pricing;
pub use callers::{compare, show};

/// Asks what a car should cost.
#[derive(RactorMessage)]
pub struct Ask {
    car: u32,
    sent: Instant,
    span: Span,
    reply: RpcReplyPort<u32>,
}

impl Ask {
    fn new(car: u32, reply: RpcReplyPort<u32>) -> Self {
        let wait = tracing::field::Empty;
        let span = info_span!(
            "price car",
            otel.kind = "server",
            workshop.mailbox.wait = wait
        );
        let sent = Instant::now();
        Self {
            car,
            sent,
            span,
            reply,
        }
    }
}

/// Works for a caller, when the actor has taken the message out of its mailbox.
async fn handle(ask: Ask, market: &Market) -> Result<(), Box<dyn Error + Send + Sync>> {
    let work = price(market.clone(), ask.car);
    let span = ask.span;
    span.record("workshop.mailbox.wait", ask.sent.elapsed().as_secs_f64());
    let price = work.instrument(span).await;
    ask.reply.send(price?)?;
    Ok(())
}

async fn price(market: Market, id: u32) -> Result<u32, FindError> {
    let car = market.find_car(id).await?;
    let valuer = market.clone();
    let span = Span::current();
    let valued = task::spawn_blocking(move || span.in_scope(|| value(&valuer, car)));
    let car = valued.await.map_err(|_| FindError::Damaged)?;
    Ok(market.reprice(&car))
}

#[instrument(name = "value car", skip_all)]
fn value(market: &Market, car: Car) -> Car {
    market.value(vec![car]).remove(0)
}
