//! code: wrong-answer
//! why: A new message with a context of its own looks cleaner than an old one. The second attempt knows the first one, the third knows the second, and nobody knows who asked.

mod alerts;
mod carrier;
mod inbox;
mod job;
mod mail;
mod search;
mod spans;

use async_nats::HeaderMap;
use tracing::{Instrument, Span};
#[allow(unused_imports, reason = "for the gaps")]
use {
    job::headers,
    opentelemetry::trace::{Status, TraceContextExt},
    spans::{ASKED, DEAD, publish},
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
    let headers = job.headers();
    let told = headers
        .get("Attempt")
        .and_then(|told| told.as_str().parse().ok());
    told.unwrap_or(job.deliveries() - i64::from(job.is_delayed()))
}

/// The headers of the next attempt. The broker would count from 1 again.
fn numbered(number: i64) -> HeaderMap {
    let mut headers = headers();
    headers.insert("Attempt", number.to_string());
    headers
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
            tokio::time::sleep(back_off(number)).await;
            let again = async { job.send(ASKED, numbered(number + 1)).await };
            again.instrument(publish(ASKED, job.car())).await?;
            return job.ack().await;
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
