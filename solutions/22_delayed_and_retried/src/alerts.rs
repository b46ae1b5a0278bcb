//! The services around a job: who does it, and who reads the dead letters. Nothing to do in here.

use std::{net::TcpListener, time::Duration};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use opentelemetry::trace::TraceContextExt;
use tracing::Instrument;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{
    handle,
    inbox::{Inbox, PATIENT},
    job::{Failed, Job},
    mail::Gateway,
};

/// Does one job after the other. The broker has `patience` with the first delivery of each.
///
/// # Errors
/// When there is no broker, or the listener fails.
pub async fn alerts(
    listener: TcpListener,
    broker: String,
    gateway: String,
    patience: Duration,
) -> Result<(), Failed> {
    let inbox = Inbox::of_jobs(&broker, patience).await?;
    let gateway = Gateway::at(gateway);
    tokio::select! {
        ended = jobs(&inbox, &gateway) => ended,
        ended = tell(listener, inbox.clone()) => ended,
    }
}

async fn jobs(inbox: &Inbox, gateway: &Gateway) -> Result<(), Failed> {
    loop {
        if let Some(job) = inbox.next().await? {
            // What the broker does not hear of comes again.
            let _ = match job.too_early() {
                Some(delay) => job.postpone(delay).await,
                None => handle(&job, gateway).await,
            };
        }
    }
}

/// Reads dead letters: each is a message like any other.
///
/// # Errors
/// When there is no broker, or the listener fails.
pub async fn support(listener: TcpListener, broker: String) -> Result<(), Failed> {
    let inbox = Inbox::of_letters(&broker).await?;
    tokio::select! {
        ended = letters(&inbox) => ended,
        ended = tell(listener, inbox.clone()) => ended,
    }
}

async fn letters(inbox: &Inbox) -> Result<(), Failed> {
    loop {
        if let Some(letter) = inbox.next().await? {
            let _ = read(&letter).await;
        }
    }
}

async fn read(letter: &Job) -> Result<(), Failed> {
    let span = letter.span();
    span.add_link(letter.publisher().span().span_context().clone());
    letter.ack().instrument(span).await
}

/// Stands by: does what [`alerts`] does as soon as `active` is gone, which does it now.
///
/// # Errors
/// When there is no broker, or the listener fails.
pub async fn standby(
    listener: TcpListener,
    broker: String,
    gateway: String,
    active: String,
) -> Result<(), Failed> {
    let _gone = reqwest::get(format!("{active}/as-long-as-it-lives")).await;
    alerts(listener, broker, gateway, PATIENT).await
}

/// Tells over HTTP when nothing is left to be done, and that this process lives.
async fn tell(listener: TcpListener, inbox: Inbox) -> Result<(), Failed> {
    let routes = Router::new()
        .route("/empty", get(empty))
        .route("/as-long-as-it-lives", get(std::future::pending::<()>))
        .with_state(inbox);
    Ok(traced_http::serve_bare(listener, routes).await?)
}

async fn empty(State(mut inbox): State<Inbox>) -> Result<String, StatusCode> {
    let published = inbox.empty().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(published.to_string())
}
