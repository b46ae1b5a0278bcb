//! A job fails and comes again, and its trace goes on for as long as somebody tries.
//!
//! Given: `search` publishes jobs, `alerts` has a mail sent for each (`search.rs`, `alerts.rs`, `mail.rs`).
//! What fails comes again; what failed three times goes to the dead letters, which `support` reads.
//! Goal: an attempt is a trace of its own, and from each of them you find the whole story.
//! Done when: all attempts link to the one who published, with their number and what went wrong, and a
//! dead letter is published within the last one.

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

// ANCHOR: attempt
/// The span of an attempt.
fn attempt(job: &Job, number: i64) -> Span {
    // DONE(22.1): a trace of its own, with a link and a number
    let span = job.span();
    span.add_link(job.publisher().span().span_context().clone());
    span.record("workshop.attempt", number);
    span
    // END(22.1)
}

/// The number of the attempt for which a job is delivered now, from 1.
fn number(job: &Job) -> i64 {
    // DONE(22.2): a delivery that goes back at once is no attempt
    job.deliveries() - i64::from(job.is_delayed())
    // END(22.2)
}
// ANCHOR_END: attempt

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
    // DONE(22.3): it says so, and why
    attempt.set_status(Status::error(refused.to_string()));
    attempt.record("error.type", refused.class());
    // END(22.3)
}

// ANCHOR: bury
/// Publishes a job among the dead letters.
async fn bury(job: &Job) -> Result<(), Failed> {
    // DONE(22.4): a dead letter is a message of the last attempt
    let letter = async { job.send(DEAD, headers()).await };
    letter.instrument(publish(DEAD, job.car())).await
    // END(22.4)
}
// ANCHOR_END: bury
