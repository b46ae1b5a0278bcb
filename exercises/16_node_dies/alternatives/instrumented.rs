//! The attempt is a function with a span of its own, and `err` records that it came to nothing.

mod inventory;
mod search;

use std::time::Duration;

use ractor::rpc::CallResult;
#[allow(unused_imports, reason = "for the gaps")]
use tokio::time;
use traced_nodes::Traced;
use tracing::{Instrument, Span, field::Empty, info_span};

pub use inventory::{COOKIE, Stock, inventory};
pub use search::search;

/// A region, by the name of its node.
type Region = &'static str;

/// Why a call came to nothing, as `error.type` says it.
type Failed = &'static str;

/// The span of a call to the node of a region.
fn call_span(region: &str) -> Span {
    info_span!(
        "inventory/Find",
        otel.kind = "client",
        otel.status_code = Empty,
        error.type = Empty,
        rpc.system.name = "ractor_cluster",
        rpc.method = "inventory/Find",
        server.address = region,
    )
}

// ANCHOR: price
/// Asks one region after the other until one answers.
async fn price(regions: &[Region], id: u32, patience: Duration) -> Option<String> {
    // DONE(16.1): each attempt is a call, and says how it ended
    for region in regions {
        if let Ok(price) = attempt(region, id, patience).await {
            return Some(price);
        }
    }
    None
    // END(16.1)
}
// ANCHOR_END: price

#[tracing::instrument(name = "inventory/Find", skip_all, err, fields(
    otel.kind = "client",
    error.type = Empty,
    rpc.system.name = "ractor_cluster",
    rpc.method = "inventory/Find",
    server.address = region,
))]
async fn attempt(region: Region, id: u32, patience: Duration) -> Result<String, Failed> {
    let answer = ask(region, id, patience).await;
    if let Err(failed) = answer {
        Span::current().record("error.type", failed);
    }
    answer
}

/// Asks the node of a region, once.
async fn ask(region: &str, id: u32, patience: Duration) -> Result<String, Failed> {
    let known = nodes::find(region, Duration::ZERO).await;
    // ANCHOR: known
    // DONE(16.2): whom nobody knows
    let stock = known.ok_or("unknown_node")?;
    // END(16.2)
    // ANCHOR_END: known
    let asked = |reply| Traced::new(Stock::Find(id, reply));
    // ANCHOR: reasons
    // DONE(16.3): who is slow, and who is gone
    match time::timeout(patience, stock.call(asked, None)).await {
        Ok(Ok(CallResult::Success(price))) => Ok(price),
        Ok(_) => Err("node_down"),
        Err(_) => Err("timeout"),
    }
    // END(16.3)
    // ANCHOR_END: reasons
}
