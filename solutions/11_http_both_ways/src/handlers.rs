//! What the two services do with a request. Nothing to do in here.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use marketplace::{Car, FindError, Market};

/// `inventory`: the car of the market.
pub(crate) async fn find(
    State(market): State<Market>,
    Path(id): Path<u32>,
) -> Result<Json<Car>, StatusCode> {
    let found = market.find_car(id).await;
    found.map(Json).map_err(|error| match error {
        FindError::NoSuchCar => StatusCode::NOT_FOUND,
        FindError::Damaged => StatusCode::INTERNAL_SERVER_ERROR,
    })
}

/// `search`: the car as `inventory` has it.
pub(crate) async fn show(
    State(inventory): State<String>,
    Path(id): Path<u32>,
) -> Result<Json<Car>, StatusCode> {
    let answer = crate::fetch(&format!("{inventory}/cars/{id}")).await;
    let answer = answer.map_err(|_| StatusCode::BAD_GATEWAY)?;
    match answer.status() {
        StatusCode::NOT_FOUND => Err(StatusCode::NOT_FOUND),
        _ => {
            let car = answer.json().await;
            car.map(Json).map_err(|_| StatusCode::BAD_GATEWAY)
        }
    }
}
