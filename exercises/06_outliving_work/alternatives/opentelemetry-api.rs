//! The link is given where the span is made, so that a sampler sees it; a context is all that moves.

mod archive;

use marketplace::Market;
use opentelemetry::{
    Context, KeyValue,
    baggage::BaggageExt,
    context::FutureExt,
    global,
    trace::{Link, TraceContextExt, Tracer},
};
use tokio::task;
use tracing::instrument;

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

/// A context with the same baggage and no span.
fn without_span(context: &Context) -> Context {
    let entries = context.baggage().iter();
    let entries = entries.map(|(key, (value, _))| KeyValue::new(key.clone(), value.clone()));
    Context::new().with_baggage(entries.collect::<Vec<_>>())
}

async fn answer(market: Market, archive: Archive, query: String) -> usize {
    let work = ask_dealers(market, query.clone());
    let asked = task::spawn(work.with_current_context());
    let found = asked.await.unwrap_or_default();
    let search = Context::current();
    let apart = without_span(&search);
    let tracer = global::tracer("search");
    let caller = Link::with_context(search.span().span_context().clone());
    let builder = tracer.span_builder("audit search").with_links(vec![caller]);
    let span = tracer.build_with_context(builder, &apart);
    let work = archive::audit(archive, query, found);
    task::spawn(work.with_context(apart.with_span(span)));
    found
}

#[instrument(name = "ask dealers", skip_all, fields(workshop.customer = customer()))]
async fn ask_dealers(market: Market, query: String) -> usize {
    market.ask_dealers(&query).await.len()
}
