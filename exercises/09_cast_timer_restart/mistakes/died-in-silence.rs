//! code: wrong-status
//! why: the supervisor hears of the panic, and the actor is back at once: nobody misses the status of a span

mod actors;

use std::time::Instant;

use opentelemetry::trace::SpanContext;
use ractor::{ActorRef, MessagingErr};
use ractor_cluster_derive::RactorMessage;
use tracing::{Instrument, Span, info_span};
use {
    actors::holding_no_span,
    opentelemetry::{Context, trace::TraceContextExt},
    tracing_opentelemetry::OpenTelemetrySpanExt,
};

pub use actors::{Shop, show};

/// What the actor is asked to do.
#[derive(RactorMessage)]
pub enum Job {
    /// Value a car. In the message: the sender's span, and when it was sent.
    Value(u32, SpanContext, Instant),
    /// Refresh the prices: the timer says so.
    Refresh,
}

/// Asks for the valuation of a car.
fn request(valuation: &ActorRef<Job>, car: u32) -> Result<(), MessagingErr<Job>> {
    let span = info_span!("request valuation", otel.kind = "producer");
    let sender = span.context().span().span_context().clone();
    holding_no_span(|| valuation.cast(Job::Value(car, sender, Instant::now())))
}

/// The span in which the actor does a job.
fn span_of(job: &Job) -> Span {
    let _nobody = Context::new().attach();
    match job {
        Job::Refresh => info_span!("refresh prices"),
        Job::Value(car, sender, sent) => {
            let span = info_span!(
                "value car",
                otel.kind = "consumer",
                workshop.car.id = car,
                workshop.mailbox.wait = sent.elapsed().as_secs_f64()
            );
            span.add_link(sender.clone());
            span
        }
    }
}

/// Does a job within its span.
async fn perform(job: impl Future<Output = ()>, span: Span) {
    job.instrument(span).await;
}

/// The span in which the actor is started again; `killer` is the span of the job that it died of.
fn restarting(killer: SpanContext) -> Span {
    let _nobody = Context::new().attach();
    let span = info_span!("restart valuation");
    span.add_link(killer);
    span
}
