//! An outbox in SQLite, with the context in its rows or with that of the relay: a table for the book.
//! `cargo run -p outbox` prints it.

#![forbid(unsafe_code)]

mod outbox;
mod seen;

use std::error::Error;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use outbox::{Injects, Outbox};
use seen::Seen;
use tracing_subscriber::layer::SubscriberExt;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Something that happens to the outbox.
type Story = fn(&mut Outbox, Injects) -> Outcome<()>;

const STORIES: [(&str, Story); 4] = [
    (
        "a car is sold, and later the relay runs",
        |outbox, injects| {
            outbox.sell(7, true)?;
            outbox.relay(injects, true)
        },
    ),
    ("two cars are sold before it runs", |outbox, injects| {
        outbox.sell(7, true)?;
        outbox.sell(8, true)?;
        outbox.relay(injects, true)
    }),
    (
        "it dies after it has sent, and runs again",
        |outbox, injects| {
            outbox.sell(7, true)?;
            outbox.relay(injects, false)?;
            outbox.relay(injects, true)
        },
    ),
    ("the sale is rolled back", |outbox, injects| {
        outbox.sell(7, false)?;
        outbox.relay(injects, true)
    }),
];

fn main() -> Outcome<()> {
    println!("<!-- ANCHOR: outbox -->");
    println!("| what happens | the row has the context of the sale | the relay sends its own |");
    println!("|---|---|---|");
    for (what, story) in STORIES {
        let [rows, own] = [Injects::TheRows, Injects::ItsOwn].map(|injects| told(story, injects));
        println!("| {what} | {} | {} |", rows?, own?);
    }
    println!("<!-- ANCHOR_END: outbox -->");
    Ok(())
}

/// What becomes of the links of those who are told of the sales.
fn told(story: Story, injects: Injects) -> Outcome<String> {
    let seen = Seen::default();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(seen.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("outbox"));
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || story(&mut Outbox::open()?, injects))?;
    Ok(seen.deliveries())
}
