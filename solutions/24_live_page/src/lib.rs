//! A page stays connected: frames go both ways over one socket, and a socket has no headers.
//!
//! Given: `search` renders a page of cars and keeps it alive (`services.rs`, `page.rs`). What goes over the
//! socket is in `frames.rs`, how spans are called in `spans.rs`. `live.js` runs in the browser.
//! Goal: a frame is what a request was: it has a span on each side, and says itself whose it is.
//! Done when: a join and an event are CLIENT → SERVER, in a trace each, with a link to the page's loading;
//! a valuation belongs to the event that asked for it; a push is a PRODUCER here and a linked CONSUMER in
//! each page; and a server that was killed costs a page neither an event nor a span.

mod frames;
mod page;
mod services;
mod spans;

use serde_json::{Value, json};
use tracing::instrument;
#[allow(unused_imports, reason = "for the gaps")]
use {
    opentelemetry::{Context, context::FutureExt, propagation::TextMapPropagator},
    opentelemetry_sdk::propagation::TraceContextPropagator,
    tracing::Instrument,
};

use frames::{Frame, Kind};
use marketplace::Car;
use page::Page;
pub use services::search;

/// Answers a frame. It comes out of a socket, in a task that belongs to no request: nothing is current.
pub(crate) async fn answer(frame: &Frame, page: &Page) -> Value {
    // ANCHOR: frame
    // DONE(24.1): a span for each frame, below the one in the browser that sent it
    let propagator = TraceContextPropagator::new();
    let sender = propagator.extract_with_context(&Context::new(), &frame.carrier);
    let span = {
        let _current = sender.attach();
        spans::answer(frame)
    };
    handle(frame, page).instrument(span).await
    // END(24.1)
    // ANCHOR_END: frame
}

async fn handle(frame: &Frame, page: &Page) -> Value {
    if frame.kind == Kind::Join {
        return Value::Null;
    }
    let cars = page.find(frame).await;
    let work = value(page.clone(), frame.number, cars.clone());
    // ANCHOR: value
    // DONE(24.2): the reply goes; the valuation goes on, for whoever asked
    tokio::spawn(work.with_current_context());
    // END(24.2)
    // ANCHOR_END: value
    json!({"cars": cars, "values": "loading"})
}

/// Values the cars of an event and tells the page, which has its reply by then.
#[instrument(name = "value cars", skip_all)]
async fn value(page: Page, number: u32, cars: Vec<Car>) {
    let values = page.value(number, cars).await;
    page.send(push("values", values));
}

/// News for one page, or for all of them.
pub(crate) fn push(name: &str, payload: Value) -> Frame {
    #[allow(unused_mut, reason = "for the gap")]
    let mut frame = Frame::push(name, payload);
    // ANCHOR: push
    // DONE(24.3): a span for the push, which goes along in the frame
    let span = spans::push(name);
    span.in_scope(|| {
        let context = Context::current();
        TraceContextPropagator::new().inject_context(&context, &mut frame.carrier);
    });
    // END(24.3)
    // ANCHOR_END: push
    frame
}
