//! code: wrong-attribute
//! why: The broker counts already. It counts what goes back at once as well, so a job for later would be tried once less than others.

mod alerts;
mod carrier;
mod inbox;
mod job;
mod mail;
mod search;
mod spans;

use tracing::{Instrument, Span};
#[allow(unused_imports, reason = "for the gaps")]
use {
    job::headers,
    opentelemetry::trace::{Status, TraceContextExt},
    spans::{DEAD, publish},
    tracing_opentelemetry::OpenTelemetrySpanExt,
};

pub use alerts::{alerts, standby, support};
pub use broker::{INSTALL, is_installed, serve as broker};
pub use inbox::PATIENT;
use job::{ATTEMPTS, Failed, Job, back_off};
pub use mail::mail;
use mail::{Gateway, Refused};
pub use search::search;

/// The span of an attempt.
fn attempt(job: &Job, number: i64) -> Span {
    let span = job.span();
    span.add_link(job.publisher().span().span_context().clone());
    span.record("workshop.attempt", number);
    span
}

/// The number of the attempt for which a job is delivered now, from 1.
fn number(job: &Job) -> i64 {
    job.deliveries()
}

/// Tries to do a job, and tells the broker what became of it.
async fn handle(job: &Job, gateway: &Gateway) -> Result<(), Failed> {
    let number = number(job);
    let work = async {
        let Err(refused) = gateway.mail(job.car()).await else {
            return job.ack().await;
        };
        failed(&Span::current(), &refused);
        if number < ATTEMPTS {
            return job.put_back(back_off(number)).await;
        }
        bury(job).await?;
        job.give_up().await
    };
    work.instrument(attempt(job, number)).await
}

/// An attempt has failed.
fn failed(attempt: &Span, refused: &Refused) {
    attempt.set_status(Status::error(refused.to_string()));
    attempt.record("error.type", refused.class());
}

/// Publishes a job among the dead letters.
async fn bury(job: &Job) -> Result<(), Failed> {
    let letter = async { job.send(DEAD, headers()).await };
    letter.instrument(publish(DEAD, job.car())).await
}
