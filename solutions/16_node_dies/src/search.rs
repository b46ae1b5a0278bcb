//! The node that customers see. Nothing to do in here.

use std::{error::Error, net::TcpListener, time::Duration};

use axum::{Router, extract::Path, http::StatusCode, routing::get};
use nodes::Node;
use traced_nodes::Traced;

use crate::{COOKIE, Stock, price};

/// How long a page waits for a region.
const SHORT: Duration = Duration::from_millis(150);
/// How long a reservation does.
const LONG: Duration = Duration::from_secs(5);

/// Answers over HTTP. `regions` are the addresses of the nodes; those in `expected` are waited for.
///
/// # Errors
/// When the node does not start, or does not find the regions.
pub async fn search(
    listener: TcpListener,
    regions: Vec<String>,
    expected: &'static [&'static str],
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let node = Node::start("search", COOKIE).await?;
    for address in regions {
        node.connect(&address).await?;
    }
    for region in expected {
        let known = nodes::find::<Traced<Stock>>(region, LONG).await;
        known.ok_or_else(|| format!("nobody of `{region}` is known here"))?;
    }
    let routes = Router::new()
        .route(
            "/cars/{id}",
            get(async |id| show(&["north", "south"], id, SHORT).await),
        )
        .route(
            "/reserved/{id}",
            get(async |id| show(&["north", "south"], id, LONG).await),
        )
        .route(
            "/abroad/{id}",
            get(async |id| show(&["west", "south"], id, SHORT).await),
        )
        .route(
            "/overseas/{id}",
            get(async |id| show(&["east", "south"], id, LONG).await),
        );
    Ok(traced_http::serve(listener, routes).await?)
}

async fn show(
    regions: &[&'static str],
    Path(id): Path<u32>,
    patience: Duration,
) -> Result<String, StatusCode> {
    match price(regions, id, patience).await {
        None => Err(StatusCode::BAD_GATEWAY),
        Some(price) if price.is_empty() => Err(StatusCode::NOT_FOUND),
        Some(price) => Ok(format!("{price} EUR")),
    }
}
