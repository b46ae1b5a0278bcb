//! The customer is known here, so the audit gets baggage of its own.

mod archive;

use marketplace::Market;
use opentelemetry::{
    Context, KeyValue, baggage::BaggageExt, context::FutureExt, trace::TraceContextExt,
};
use tokio::task;
use tracing::{Instrument, info_span, instrument};
use tracing_opentelemetry::OpenTelemetrySpanExt;

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
    let caller = Context::current().span().span_context().clone();
    let customer = KeyValue::new("workshop.customer", customer());
    let work = async move {
        let span = info_span!("audit search");
        span.add_link(caller);
        archive::audit(archive, query, found).instrument(span).await;
    };
    task::spawn(work.with_context(Context::new().with_baggage([customer])));
    found
}

#[instrument(name = "ask dealers", skip_all, fields(workshop.customer = customer()))]
async fn ask_dealers(market: Market, query: String) -> usize {
    market.ask_dealers(&query).await.len()
}
