//! The actor, its supervisor, and a shop to see them at work. Nothing to do in here.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use marketplace::Market;
use opentelemetry::{
    Context, KeyValue,
    context::FutureExt,
    trace::{SpanContext, Status, TraceContextExt},
};
use ractor::{Actor, ActorProcessingErr, ActorRef, SpawnErr, SupervisionEvent};
use tokio::sync::watch;
use tracing::{Dispatch, Span, dispatcher, instrument};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{Job, perform, request, restarting, span_of};

/// How long it is from one tick to the next.
const INTERVAL: Duration = Duration::from_millis(2);
/// How often the prices are refreshed in an evening; later ticks find them fresh.
const REFRESHES: usize = 3;

/// Shows a car. Its valuation is mailed to the owner some time later.
#[instrument(name = "show car", skip_all, fields(workshop.car.id = car))]
pub async fn show(market: &Market, valuation: ActorRef<Job>, car: u32) -> Option<u32> {
    let found = market.find_car(car).await.ok();
    let asked = request(&valuation, car).is_ok();
    found.filter(|_| asked).map(|car| car.price_eur)
}

/// Where no subscriber is, no span is current, and ractor copies none.
#[allow(dead_code, reason = "for the gaps")]
pub(crate) fn holding_no_span<T>(work: impl FnOnce() -> T) -> T {
    dispatcher::with_default(&Dispatch::none(), work)
}

/// What shop, actor and supervisor share.
#[derive(Clone)]
pub struct Shop {
    market: Market,
    /// Whether the first customer has an answer: valuations wait for it.
    answered: Arc<watch::Sender<bool>>,
    /// The actor at work. It changes with a restart.
    valuation: Arc<watch::Sender<Option<ActorRef<Job>>>>,
    /// The span of the job that the actor is at.
    at: Arc<Mutex<SpanContext>>,
    /// The cars that have been valued, and what they are worth in euros.
    valued: Arc<watch::Sender<Vec<(u32, u32)>>>,
}

impl Shop {
    /// Starts the supervisor, which starts the actor.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn open() -> Result<(Self, ActorRef<()>), SpawnErr> {
        let shop = Self {
            market: Market::open(),
            answered: Arc::new(watch::Sender::new(false)),
            valuation: Arc::default(),
            at: Arc::new(Mutex::new(SpanContext::NONE)),
            valued: Arc::default(),
        };
        let (supervisor, _) = Actor::spawn(None, Supervisor, shop.clone()).await?;
        Ok((shop, supervisor))
    }

    /// The market.
    #[must_use]
    pub fn market(&self) -> &Market {
        &self.market
    }

    /// The actor at work, another one than `before`.
    pub async fn valuation(&self, before: Option<&ActorRef<Job>>) -> ActorRef<Job> {
        let mut changes = self.valuation.subscribe();
        let is_new = |now: &Option<ActorRef<Job>>| {
            let ids = (
                now.as_ref().map(|now| now.get_id()),
                before.map(|old| old.get_id()),
            );
            ids.0.is_some() && ids.0 != ids.1
        };
        let found = changes.wait_for(is_new).await;
        let found = found.ok().and_then(|now| now.clone());
        found.expect("the shop has the sender")
    }

    /// The first customer has an answer.
    pub fn answered(&self) {
        self.answered.send_replace(true);
    }

    /// What was valued, when so many cars have been.
    pub async fn valued(&self, number: usize) -> Vec<(u32, u32)> {
        let mut changes = self.valued.subscribe();
        let valued = changes.wait_for(|cars| cars.len() >= number).await;
        valued.map(|cars| cars.clone()).unwrap_or_default()
    }

    /// Closes the shop: the actor finishes what it is at.
    pub async fn close(self, supervisor: ActorRef<()>) {
        let valuation = self.valuation.borrow().clone();
        if let Some(valuation) = valuation {
            // One that has ended already is what is wanted.
            let _ = valuation.stop_and_wait(None, None).await;
        }
        let _ = supervisor.stop_and_wait(None, None).await;
    }

    /// Waits until the prices have been refreshed often enough.
    pub async fn refreshed(&self) {
        while self.refreshes() < REFRESHES {
            tokio::task::yield_now().await;
        }
    }

    fn refreshes(&self) -> usize {
        self.market.journal().of("find listings").count()
    }

    fn at(&self) -> MutexGuard<'_, SpanContext> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn value(&self, id: u32) {
        let mut answered = self.answered.subscribe();
        // The shop has the sender.
        let _ = answered.wait_for(|answered| *answered).await;
        let Ok(car) = self.market.find_car(id).await else {
            panic!("the record of this car is damaged");
        };
        let worth = self
            .market
            .value(vec![car])
            .pop()
            .and_then(|car| car.value_eur);
        self.valued
            .send_modify(|valued| valued.push((id, worth.unwrap_or_default())));
    }

    async fn start(&self, supervisor: &ActorRef<()>) -> Result<(), SpawnErr> {
        let cell = supervisor.get_cell();
        let starting = Actor::spawn_linked(None, Valuation, self.clone(), cell);
        // ractor's span for the actor's life is no part of what made it necessary.
        let (valuation, _) = starting.with_context(Context::new()).await?;
        self.valuation.send_replace(Some(valuation));
        Ok(())
    }
}

/// Does jobs.
struct Valuation;

impl Actor for Valuation {
    type Msg = Job;
    type State = Shop;
    type Arguments = Shop;

    async fn pre_start(&self, me: ActorRef<Job>, shop: Shop) -> Result<Shop, ActorProcessingErr> {
        me.send_interval(INTERVAL, || Job::Refresh);
        Ok(shop)
    }

    async fn handle(
        &self,
        _: ActorRef<Job>,
        job: Job,
        shop: &mut Shop,
    ) -> Result<(), ActorProcessingErr> {
        if matches!(job, Job::Refresh) && shop.refreshes() == REFRESHES {
            return Ok(());
        }
        let span = span_of(&job);
        *shop.at() = span.context().span().span_context().clone();
        match job {
            Job::Value(car, ..) => perform(shop.value(car), span).await,
            Job::Refresh => {
                let refresh = async { drop(shop.market.find_listings("golf")) };
                perform(refresh, span).await;
            }
        }
        Ok(())
    }
}

/// Starts the valuation, and starts it again.
struct Supervisor;

impl Actor for Supervisor {
    type Msg = ();
    type State = Shop;
    type Arguments = Shop;

    async fn pre_start(&self, me: ActorRef<()>, shop: Shop) -> Result<Shop, ActorProcessingErr> {
        shop.start(&me).await?;
        Ok(shop)
    }

    async fn handle_supervisor_evt(
        &self,
        me: ActorRef<()>,
        event: SupervisionEvent,
        shop: &mut Shop,
    ) -> Result<(), ActorProcessingErr> {
        if let SupervisionEvent::ActorFailed(..) = event {
            let killer = shop.at().clone();
            let _restarting = restarting(killer);
            shop.start(&me).await?;
        }
        Ok(())
    }
}

/// A job that is dropped before it is finished has panicked.
#[allow(dead_code, reason = "for the gaps")]
pub(crate) struct Unfinished(Option<Span>);

#[allow(dead_code, reason = "for the gaps")]
impl Unfinished {
    /// A job that is not done yet; `span` is told when it never will be.
    pub(crate) fn new(span: &Span) -> Self {
        Self(Some(span.clone()))
    }

    /// The job is done.
    pub(crate) fn finished(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(span) = self.0.take() {
            span.set_status(Status::error("the actor panicked"));
            span.set_attribute("error.type", "panic");
            let kind = KeyValue::new("exception.type", "panic");
            span.add_event("exception", vec![kind]);
        }
    }
}
