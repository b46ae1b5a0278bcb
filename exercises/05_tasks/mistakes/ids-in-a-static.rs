//! code: false-join
//! why: the ids are put where every thread can read them, and every search as well

use std::{
    error::Error,
    sync::{Mutex, PoisonError},
};

use marketplace::{Car, Market, Region};
use opentelemetry::{
    Context,
    trace::{SpanContext, TraceContextExt},
};
use tokio::{
    sync::oneshot,
    task::{self, JoinSet},
};
use tracing::instrument;
use tracing::{Instrument, Span};

/// The cars that all sources have for `query`, the best offer first, and how many have photos.
#[instrument(name = "search cars", skip_all, fields(workshop.query = query))]
pub async fn search(market: Market, query: String) -> Result<(Vec<Car>, usize), Box<dyn Error>> {
    let sources = Sources { market, query };
    let reader = sources.clone();
    remember();
    let dealers = task::spawn(sources.clone().ask_dealers().in_current_span());
    let mut regions = JoinSet::new();
    for region in Region::ALL {
        regions.spawn(sources.clone().ask_region(region).in_current_span());
    }
    let parent = Span::current();
    let photos = task::spawn_blocking(move || parent.in_scope(|| reader.read_photos()));
    let mut found = regions.join_all().await;
    found.push(dealers.await?);
    let photos = photos.await?;
    let cars = sources.market.merge(found);
    let scored = on_a_thread(move || {
        let _parent = recall().attach();
        sources.score(cars)
    });
    Ok((scored.await?, photos))
}

static PARENT: Mutex<SpanContext> = Mutex::new(SpanContext::NONE);

/// Copies the ids of the current span.
fn remember() {
    let context = Context::current();
    *PARENT.lock().unwrap_or_else(PoisonError::into_inner) = context.span().span_context().clone();
}

/// A context with the ids that were copied.
fn recall() -> Context {
    let ids = PARENT.lock().unwrap_or_else(PoisonError::into_inner);
    Context::new().with_remote_span_context(ids.clone())
}

/// What one search asks.
#[derive(Clone)]
struct Sources {
    market: Market,
    query: String,
}

impl Sources {
    #[instrument(name = "ask dealers", skip_all)]
    async fn ask_dealers(self) -> Vec<Car> {
        self.market.ask_dealers(&self.query).await
    }

    #[instrument(name = "ask region", skip_all, fields(workshop.region = %region))]
    async fn ask_region(self, region: Region) -> Vec<Car> {
        self.market.ask_region(region, &self.query).await
    }

    #[instrument(name = "read photos", skip_all)]
    fn read_photos(self) -> usize {
        self.market.read_photos(&self.query)
    }

    #[instrument(name = "score cars", skip_all)]
    fn score(self, cars: Vec<Car>) -> Vec<Car> {
        self.market.score(cars)
    }
}

/// Runs `work` on a thread of its own; what it returns can be awaited.
fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> oneshot::Receiver<T> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || sender.send(work()));
    receiver
}
