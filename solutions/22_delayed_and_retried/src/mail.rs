//! The mail gateway, which belongs to somebody else and has no traces, and who calls it. Nothing to do in here.

use std::{collections::BTreeMap, fmt, future, net::TcpListener};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use reqwest::{Client, Method};
use tokio::sync::watch;

use crate::job::Failed;

/// What the gateway said about each car, for those who wait for it.
type Mails = watch::Sender<BTreeMap<u32, Vec<StatusCode>>>;

/// Sends mails: that about car 5 when it is tried for the second time, that about car 7
/// for the third, that about car 13 never. Who
/// tries first for car 9 gets no answer.
///
/// # Errors
/// When the listener fails.
pub async fn mail(listener: TcpListener) -> Result<(), Failed> {
    let routes = Router::new()
        .route("/mails", get(all))
        .route("/mails/{car}", post(send))
        .route("/mails/{car}/tried", get(tried))
        .with_state(Mails::default());
    Ok(traced_http::serve_bare(listener, routes).await?)
}

async fn send(State(mails): State<Mails>, Path(car): Path<u32>) -> StatusCode {
    let mut answer = StatusCode::ACCEPTED;
    mails.send_modify(|mails| {
        let before = mails.entry(car).or_default();
        answer = match (car, before.len()) {
            (5, 0) | (7, 0 | 1) => StatusCode::SERVICE_UNAVAILABLE,
            (9, 0) => StatusCode::REQUEST_TIMEOUT,
            (13, _) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::ACCEPTED,
        };
        before.push(answer);
    });
    match answer {
        StatusCode::REQUEST_TIMEOUT => future::pending().await,
        answer => answer,
    }
}

/// What was said about each car: `7: 503 503 202`.
async fn all(State(mails): State<Mails>) -> String {
    let mails = mails.borrow();
    let lines = mails.iter().map(|(car, said)| {
        let said = said.iter().map(|answer| format!(" {}", answer.as_str()));
        format!("{car}:{}", said.collect::<String>())
    });
    lines.collect::<Vec<_>>().join(", ")
}

/// Answers when somebody has tried to send a mail about this car.
async fn tried(State(mails): State<Mails>, Path(car): Path<u32>) {
    // The gateway lives as long as this answer is waited for.
    let _ = mails
        .subscribe()
        .wait_for(|mails| mails.contains_key(&car))
        .await;
}

/// Where mails are sent from.
pub(crate) struct Gateway {
    http: Client,
    url: String,
}

/// Why a mail was not sent.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The gateway said no.
    Status(StatusCode),
    /// It said nothing.
    Unreachable,
}

impl Refused {
    /// Its class, as `error.type` says it.
    pub(crate) fn class(&self) -> String {
        match self {
            Self::Status(status) => status.as_str().to_owned(),
            Self::Unreachable => "unreachable".to_owned(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "the mail gateway says {status}"),
            Self::Unreachable => f.write_str("the mail gateway says nothing"),
        }
    }
}

impl Gateway {
    pub(crate) fn at(url: String) -> Self {
        let http = Client::new();
        Self { http, url }
    }

    /// Has a mail sent about a car, within a CLIENT span.
    pub(crate) async fn mail(&self, car: u32) -> Result<(), Refused> {
        let url = format!("{}/mails/{car}", self.url);
        let request = self.http.request(Method::POST, url).build();
        let request = request.map_err(|_| Refused::Unreachable)?;
        match traced_http::send(request).await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(Refused::Status(answer.status())),
            Err(_) => Err(Refused::Unreachable),
        }
    }
}
