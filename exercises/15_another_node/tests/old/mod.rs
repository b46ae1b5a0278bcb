//! A node that runs the code of last year, whose messages have no metadata.

use std::{error::Error, net::TcpListener, time::Duration};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use nodes::Node;
use ractor::{ActorRef, RpcReplyPort, rpc::CallResult};
use ractor_cluster::RactorClusterMessage;

const PATIENCE: Duration = Duration::from_secs(5);

/// The messages as they were when that code was written.
#[derive(RactorClusterMessage)]
enum Stock {
    #[rpc]
    Find(u32, RpcReplyPort<String>),
}

/// Asks for car 8, whenever somebody asks it.
pub(crate) async fn old(
    listener: TcpListener,
    inventory: String,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let node = Node::start("old", "k-17").await?;
    node.connect(&inventory).await?;
    let stock = nodes::find::<Stock>("inventory", PATIENCE).await;
    let stock = stock.ok_or("nobody of the group `inventory` is known here")?;
    let routes = Router::new().route("/", get(ask)).with_state(stock);
    Ok(traced_http::serve_bare(listener, routes).await?)
}

async fn ask(State(stock): State<ActorRef<Stock>>) -> Result<String, StatusCode> {
    match stock
        .call(|reply| Stock::Find(8, reply), Some(PATIENCE))
        .await
    {
        Ok(CallResult::Success(price)) => Ok(price),
        _ => Err(StatusCode::BAD_GATEWAY),
    }
}
