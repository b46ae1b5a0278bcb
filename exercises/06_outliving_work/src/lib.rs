//! The answer is out, and its span goes on: an audit is still being written.
//!
//! Given: a search knows its customer by the baggage of its context. It asks the dealers in a task and
//! waits for them; it audits in another task, and waits for nobody (`archive.rs`).
//! Goal: the span of a search lasts as long as its customer waits, and nothing forgets the customer.
//! Done when: `ask dealers` is a child of its search; `audit search` is a trace of its own with a link
//! to its search; what is done in either of them knows the customer; and no search is held open.

mod archive;

use marketplace::Market;
use opentelemetry::{Context, KeyValue, baggage::BaggageExt, context::FutureExt};
use tokio::task;
use tracing::{Instrument, info_span, instrument};
#[allow(unused_imports, reason = "for the gaps")]
use {
    opentelemetry::trace::TraceContextExt, tracing::Span,
    tracing_opentelemetry::OpenTelemetrySpanExt,
};

pub use archive::Archive;

/// How many cars the dealers have for a customer's query.
#[instrument(name = "search cars", skip_all, fields(workshop.query = query))]
pub async fn search(market: Market, archive: Archive, customer: &str, query: &str) -> usize {
    // ANCHOR: search
    let customer = KeyValue::new("workshop.customer", customer.to_owned());
    let context = Context::current().with_baggage([customer]);
    let query = query.to_owned();
    answer(market, archive, query).with_context(context).await
    // ANCHOR_END: search
}

/// The customer for whom this is done, as the baggage of the current context says.
fn customer() -> String {
    Context::map_current(|context| match context.baggage().get("workshop.customer") {
        Some(customer) => customer.to_string(),
        None => "nobody".to_owned(),
    })
}

/// A context with the same baggage and no span.
#[allow(dead_code, reason = "for the gaps")]
fn without_span(context: &Context) -> Context {
    let entries = context.baggage().iter();
    let entries = entries.map(|(key, (value, _))| KeyValue::new(key.clone(), value.clone()));
    Context::new().with_baggage(entries.collect::<Vec<_>>())
}

async fn answer(market: Market, archive: Archive, query: String) -> usize {
    // ANCHOR: dealers
    // TODO(06.1): the dealers are asked in a task, for the customer
    let asked = task::spawn(ask_dealers(market, query.clone()).in_current_span());
    // END(06.1)
    // ANCHOR_END: dealers
    let found = asked.await.unwrap_or_default();
    // ANCHOR: audit
    // TODO(06.2): the audit goes on when the answer is out
    let span = info_span!("audit search");
    let work = archive::audit(archive, query, found).instrument(span);
    task::spawn(work.in_current_span());
    // END(06.2)
    // ANCHOR_END: audit
    found
}

#[instrument(name = "ask dealers", skip_all, fields(workshop.customer = customer()))]
async fn ask_dealers(market: Market, query: String) -> usize {
    market.ask_dealers(&query).await.len()
}
