//! An actor that nobody waits for: a cast, a timer, and a message that kills.
//!
//! Given: `show` asks for a valuation and waits for nothing. The actor (`actors.rs`) also refreshes its
//! prices when a timer says so. The record of car 13 makes it panic, and its supervisor restarts it.
//! Goal: each thing that the actor does is a trace of its own, and knows why it was done.
//! Done when: `request valuation` is a PRODUCER within its page, and no page waits for it; `value car`
//! a CONSUMER with a link to it; `refresh prices` a root; a panic an Error, and `restart valuation`
//! a root with a link to the `value car` that died.

mod actors;

use std::time::Instant;

use opentelemetry::trace::SpanContext;
use ractor::{ActorRef, MessagingErr};
use ractor_cluster_derive::RactorMessage;
use tracing::{Instrument, Span, info_span};
#[allow(unused_imports, reason = "for the gaps")]
use {
    actors::{Unfinished, holding_no_span},
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
    // ANCHOR: cast
    // TODO(09.1): the message knows who sent it, and keeps nobody
    let nobody = SpanContext::NONE;
    span.in_scope(|| valuation.cast(Job::Value(car, nobody, Instant::now())))
    // END(09.1)
    // ANCHOR_END: cast
}

/// The span in which the actor does a job.
fn span_of(job: &Job) -> Span {
    // ANCHOR: job
    // TODO(09.2): a job is a trace of its own, with a link to whoever asked for it
    match job {
        Job::Refresh => info_span!("refresh prices"),
        Job::Value(car, _, sent) => info_span!(
            "value car",
            otel.kind = "consumer",
            workshop.car.id = car,
            workshop.mailbox.wait = sent.elapsed().as_secs_f64()
        ),
    }
    // END(09.2)
    // ANCHOR_END: job
}

/// Does a job within its span.
async fn perform(job: impl Future<Output = ()>, span: Span) {
    // ANCHOR: panic
    // TODO(09.3): a job that panics does not end as if nothing had happened
    job.instrument(span).await;
    // END(09.3)
    // ANCHOR_END: panic
}

/// The span in which the actor is started again; `killer` is the span of the job that it died of.
fn restarting(killer: SpanContext) -> Span {
    // ANCHOR: restart
    // TODO(09.4): a restart is a trace of its own, with a link to what made it necessary
    let _ = killer;
    info_span!("restart valuation")
    // END(09.4)
    // ANCHOR_END: restart
}
