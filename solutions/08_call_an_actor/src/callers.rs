//! Two customers, and the spans of their callers. Nothing to do in here.

use opentelemetry::{
    Context, KeyValue,
    context::FutureExt,
    global,
    trace::{SpanKind, TraceContextExt, Tracer},
};
use ractor::{ActorRef, rpc::CallResult};
use tracing::{Instrument, info_span, instrument};

use crate::Ask;

/// The page of a car: its spans are made with `tracing`.
#[instrument(name = "show car", skip_all, fields(workshop.car.id = car))]
pub async fn show(pricing: ActorRef<Ask>, car: u32) -> Option<String> {
    let asking = ask(&pricing, car).instrument(info_span!("ask price", otel.kind = "client"));
    let price = asking.await?;
    Some(info_span!("write page").in_scope(|| format!("{price} EUR")))
}

/// What a dealer pays for a car: its spans are made with the OpenTelemetry API.
pub async fn compare(pricing: ActorRef<Ask>, car: u32) -> Option<String> {
    let context = start("compare offers", SpanKind::Internal, &Context::current());
    context
        .span()
        .set_attribute(KeyValue::new("workshop.car.id", i64::from(car)));
    let asking = start("ask price", SpanKind::Client, &context);
    let price = ask(&pricing, car).with_context(asking).await?;
    drop(start("write page", SpanKind::Internal, &context));
    Some(format!("{} EUR", price / 10 * 9))
}

/// A context with a new span, a child of the one in `parent`. The span ends when the context is gone.
fn start(name: &'static str, kind: SpanKind, parent: &Context) -> Context {
    let tracer = global::tracer("search");
    let builder = tracer.span_builder(name).with_kind(kind);
    parent.with_span(tracer.build_with_context(builder, parent))
}

async fn ask(pricing: &ActorRef<Ask>, car: u32) -> Option<u32> {
    match pricing.call(|reply| Ask::new(car, reply), None).await {
        Ok(CallResult::Success(price)) => Some(price),
        _ => None,
    }
}
