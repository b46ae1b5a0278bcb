//! A pipeline with bounded stages loses whose work it does, and counts its waiting as work.
//!
//! Given: dealers offer cars, and each car goes through `import`, `normalise`, `enrich` (two of it) and
//! `index` (`import.rs`). A stage hands an event on when the next one has demand (`outlet.rs`).
//! Goal: a car's way is one trace, with a link to the offer, and shows where it had to wait.
//! Done when: each stage's work is below the stage before, an offer has a trace of its own dealer, and
//! a span lasts as long as its work; the wait for demand, in seconds, is in `workshop.demand.wait`.

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
    // TODO(19.1): an event says where it comes from
    let event = Envelope::seal(car, Relation::None);
    // END(19.1)
    // ANCHOR_END: offer
    hand_on(event, import, span).await;
}

/// One event in one stage; the last stage has no next one.
async fn step(stage: Stage, event: Event, import: &Import, next: Option<&Outlet>) {
    // ANCHOR: step
    // TODO(19.2): the work for an event is in its trace, and what goes on says so
    let (car, _) = event.open();
    let span = stage.span(car.id);
    let car = import.do_work(stage, car).instrument(span.clone()).await;
    let event = Envelope::seal(car, Relation::None);
    // END(19.2)
    // ANCHOR_END: step
    if let Some(next) = next {
        hand_on(event, next, span).await;
    }
}

/// Hands an event on when there is demand for it; `span` is the span of the work for it.
async fn hand_on(event: Event, next: &Outlet, span: Span) {
    // ANCHOR: demand
    // TODO(19.3): waiting for demand is no work, and is told
    let room = next.demand().instrument(span).await;
    // END(19.3)
    // ANCHOR_END: demand
    room.give(event);
}
