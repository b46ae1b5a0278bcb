//! What the two services do with a request. Nothing to do in here.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use marketplace::{FindError, Market};

/// How often a request is sent again at most.
const RESENDS: u32 = 2;

/// What `inventory` knows.
#[derive(Clone)]
pub(crate) struct Inventory {
    market: Market,
    /// Whether somebody has asked for car 5 before.
    asked: Arc<AtomicBool>,
}

impl Inventory {
    pub(crate) fn open() -> Self {
        Self {
            market: Market::open(),
            asked: Arc::default(),
        }
    }
}

/// `inventory`: the car of the market. It has no time for car 5 at first, and car 107 is car 7 by now.
pub(crate) async fn find(State(inventory): State<Inventory>, Path(id): Path<u32>) -> Response {
    match id {
        5 if !inventory.asked.swap(true, Ordering::SeqCst) => {
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        107 => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, "/cars/7")]).into_response(),
        _ => match inventory.market.find_car(id).await {
            Ok(car) => Json(car).into_response(),
            Err(FindError::NoSuchCar) => StatusCode::NOT_FOUND.into_response(),
            Err(FindError::Damaged) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
    }
}

/// `search`: the car as `inventory` has it.
pub(crate) async fn show(
    State(inventory): State<String>,
    Path(id): Path<u32>,
) -> Result<Json<marketplace::Car>, StatusCode> {
    let answer = ask(&format!("{inventory}/cars/{id}")).await;
    let answer = answer.map_err(|_| StatusCode::BAD_GATEWAY)?;
    match answer.status() {
        StatusCode::NOT_FOUND => Err(StatusCode::NOT_FOUND),
        _ => {
            let car = answer.json().await;
            car.map(Json).map_err(|_| StatusCode::BAD_GATEWAY)
        }
    }
}

/// A client that follows nobody by itself: each request that is sent has a span of its own.
pub(crate) fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    client.build().unwrap_or_default()
}

// ANCHOR: ask
/// Asks, and asks again where the answer is to be had later, or elsewhere.
async fn ask(url: &str) -> reqwest::Result<reqwest::Response> {
    let mut answer = crate::fetch(url, 0).await?;
    for resend in 1..=RESENDS {
        let path = answer.headers().get(LOCATION);
        let path = path.and_then(|path| path.to_str().ok());
        let elsewhere = path.and_then(|path| answer.url().join(path).ok());
        answer = match (answer.status(), elsewhere) {
            (StatusCode::SERVICE_UNAVAILABLE, _) => crate::fetch(url, resend).await?,
            (status, Some(url)) if status.is_redirection() => {
                crate::fetch(url.as_str(), resend).await?
            }
            _ => break,
        };
    }
    Ok(answer)
}
// ANCHOR_END: ask
