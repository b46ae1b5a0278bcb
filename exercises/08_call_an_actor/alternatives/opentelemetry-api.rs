//! The span of the handler is one of the OpenTelemetry API; a context carries it everywhere.

mod actor;
mod callers;

use std::{error::Error, time::Instant};

use marketplace::{Car, FindError, Market};
use opentelemetry::{
    Context, KeyValue,
    context::FutureExt,
    global,
    trace::{SpanKind, TraceContextExt, Tracer},
};
use ractor::RpcReplyPort;
use ractor_cluster_derive::RactorMessage;
use tokio::task;
use tracing::instrument;

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
    let tracer = global::tracer("search");
    let wait = ask.sent.elapsed().as_secs_f64();
    let builder = tracer
        .span_builder("price car")
        .with_kind(SpanKind::Server)
        .with_attributes([KeyValue::new("workshop.mailbox.wait", wait)]);
    let context = ask
        .context
        .with_span(tracer.build_with_context(builder, &ask.context));
    let price = work.with_context(context).await;
    ask.reply.send(price?)?;
    Ok(())
}

async fn price(market: Market, id: u32) -> Result<u32, FindError> {
    let car = market.find_car(id).await?;
    let valuer = market.clone();
    let context = Context::current();
    let valued = task::spawn_blocking(move || {
        let _current = context.attach();
        value(&valuer, car)
    });
    let car = valued.await.map_err(|_| FindError::Damaged)?;
    Ok(market.reprice(&car))
}

#[instrument(name = "value car", skip_all)]
fn value(market: &Market, car: Car) -> Car {
    market.value(vec![car]).remove(0)
}
