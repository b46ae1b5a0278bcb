//! code: wrong-attribute
//! why: one clock for the whole step is at hand, and what it tells is work and wait in one

mod import;
mod outlet;

use marketplace::Car;
#[allow(unused_imports, reason = "for the gaps")]
use tokio::time::Instant;
use traced_envelope::{Envelope, Relation};
use tracing::{Instrument, Span, field::Empty, info_span};

pub use import::Import;
use import::Stage;
use outlet::{Event, Outlet};

/// Offers a car to the import.
async fn offer(car: Car, import: &Outlet) {
    let span = info_span!(
        "offer car",
        otel.kind = "producer",
        workshop.car.id = car.id,
        workshop.demand.wait = Empty
    );
    // ANCHOR: offer
    // DONE(19.1): an event says where it comes from
    let event = span.in_scope(|| Envelope::seal(car, Relation::Link));
    // END(19.1)
    // ANCHOR_END: offer
    hand_on(event, import, span, Instant::now()).await;
}

/// One event in one stage; the last stage has no next one.
async fn step(stage: Stage, event: Event, import: &Import, next: Option<&Outlet>) {
    // ANCHOR: step
    // DONE(19.2): the work for an event is in its trace, and what goes on says so
    let began = Instant::now();
    let (car, handled) = event.open();
    let span = handled.span(|| stage.span(car.id));
    let car = import.do_work(stage, car).instrument(span.clone()).await;
    let event = span.in_scope(|| Envelope::seal(car, Relation::Child));
    // END(19.2)
    // ANCHOR_END: step
    if let Some(next) = next {
        hand_on(event, next, span, began).await;
    }
}

/// Hands an event on when there is demand for it; `span` is the span of the work for it.
async fn hand_on(event: Event, next: &Outlet, span: Span, began: Instant) {
    // ANCHOR: demand
    // DONE(19.3): waiting for demand is no work, and is told
    let room = next.demand().await;
    span.record("workshop.demand.wait", began.elapsed().as_secs_f64());
    // END(19.3)
    // ANCHOR_END: demand
    room.give(event);
}
