//! code: parent-instead-of-link
//! why: the whole context goes along, and the span with it: nothing is stretched, but the trace goes on when the customer has gone

mod archive;

use marketplace::Market;
use opentelemetry::{Context, KeyValue, baggage::BaggageExt, context::FutureExt};
use tokio::task;
use tracing::{Instrument, info_span, instrument};

pub use archive::Archive;

/// How many cars the dealers have for a customer's query.
#[instrument(name = "search cars", skip_all, fields(workshop.query = query))]
pub async fn search(market: Market, archive: Archive, customer: &str, query: &str) -> usize {
    let customer = KeyValue::new("workshop.customer", customer.to_owned());
    let context = Context::current().with_baggage([customer]);
    let query = query.to_owned();
    answer(market, archive, query).with_context(context).await
}

/// The customer for whom this is done, as the baggage of the current context says.
fn customer() -> String {
    Context::map_current(|context| match context.baggage().get("workshop.customer") {
        Some(customer) => customer.to_string(),
        None => "nobody".to_owned(),
    })
}

async fn answer(market: Market, archive: Archive, query: String) -> usize {
    let work = ask_dealers(market, query.clone());
    let asked = task::spawn(work.with_current_context().in_current_span());
    let found = asked.await.unwrap_or_default();
    let work = async move {
        let span = info_span!("audit search");
        archive::audit(archive, query, found).instrument(span).await;
    };
    task::spawn(work.with_current_context());
    found
}

#[instrument(name = "ask dealers", skip_all, fields(workshop.customer = customer()))]
async fn ask_dealers(market: Market, query: String) -> usize {
    market.ask_dealers(&query).await.len()
}
