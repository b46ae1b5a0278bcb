//! The parent is set on a span that has not begun yet, without a guard.

mod actor;
mod callers;

use std::{error::Error, time::Instant};

use marketplace::{Car, FindError, Market};
use opentelemetry::Context;
use ractor::RpcReplyPort;
use ractor_cluster_derive::RactorMessage;
use tokio::task;
use tracing::instrument;
use tracing::{Instrument, Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

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
        let context = Context::current();
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
    let wait = ask.sent.elapsed().as_secs_f64();
    let span = info_span!(
        "price car",
        otel.kind = "server",
        workshop.mailbox.wait = wait
    );
    let _ = span.set_parent(ask.context);
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
