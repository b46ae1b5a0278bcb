//! The outbox: whoever sells writes down what is to be sent, and a relay sends it.

use rusqlite::{Connection, Transaction};
use traced_envelope::{Carrier, Envelope, Relation};
use tracing::info_span;

use crate::Outcome;

const TABLES: &str = "
    CREATE TABLE sales (car INTEGER NOT NULL);
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY,
        car INTEGER NOT NULL,
        traceparent TEXT NOT NULL,
        tracestate TEXT NOT NULL
    );";

/// Whose context goes along with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Injects {
    /// What the row says.
    TheRows,
    /// That of the relay, as the instrumentation of a client does it by itself.
    ItsOwn,
}

/// A database with an outbox.
pub(crate) struct Outbox(Connection);

impl Outbox {
    pub(crate) fn open() -> Outcome<Self> {
        let database = Connection::open_in_memory()?;
        database.execute_batch(TABLES)?;
        Ok(Self(database))
    }

    /// Sells a car: sale and message are there together, or neither is.
    pub(crate) fn sell(&mut self, car: u32, commits: bool) -> Outcome<()> {
        let _request = info_span!("POST /sales", otel.kind = "server").entered();
        let sale = self.0.transaction()?;
        sale.execute("INSERT INTO sales (car) VALUES (?1)", [car])?;
        write_down(&sale, car)?;
        match commits {
            true => sale.commit()?,
            false => sale.rollback()?,
        }
        Ok(())
    }

    /// Sends what is in the outbox, and takes it out; one that dies does not come to that.
    pub(crate) fn relay(&mut self, injects: Injects, lives: bool) -> Outcome<()> {
        let _run = info_span!(parent: None, "relay outbox").entered();
        let run = self.0.transaction()?;
        for message in waiting(&run)? {
            send(message, injects);
        }
        if lives {
            run.execute("DELETE FROM outbox", [])?;
            run.commit()?;
        }
        Ok(())
    }
}

// ANCHOR: write
/// The message exists from here on: its PRODUCER span is what others link to.
fn write_down(sale: &Transaction<'_>, car: u32) -> Outcome<()> {
    let _create = info_span!("create cars.sold", otel.kind = "producer").entered();
    let carrier = Carrier::current();
    let parent = carrier.traceparent().unwrap_or_default();
    sale.execute(
        "INSERT INTO outbox (car, traceparent, tracestate) VALUES (?1, ?2, ?3)",
        (car, parent, carrier.tracestate()),
    )?;
    Ok(())
}
// ANCHOR_END: write

fn waiting(run: &Transaction<'_>) -> Outcome<Vec<Envelope<u32>>> {
    let mut rows = run.prepare("SELECT car, traceparent, tracestate FROM outbox ORDER BY id")?;
    let rows = rows.query_map([], |row| {
        let text = |column| row.get::<_, String>(column);
        let carrier = Carrier::from_headers(&text(1)?, &text(2)?, "");
        Ok(Envelope::with_carrier(row.get(0)?, Relation::Link, carrier))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

// ANCHOR: send
/// The span tells of the sending, and nobody links to it: a CLIENT.
fn send(message: Envelope<u32>, injects: Injects) {
    let send = info_span!("send cars.sold", otel.kind = "client");
    let message = match injects {
        Injects::TheRows => message,
        Injects::ItsOwn => send.in_scope(|| sealed_anew(message)),
    };
    send.in_scope(|| deliver(message));
}
// ANCHOR_END: send

/// With the current context, whatever the row has.
fn sealed_anew(message: Envelope<u32>) -> Envelope<u32> {
    Envelope::seal(message.open().0, Relation::Link)
}

/// Where a broker would be, and somebody who reads what it keeps.
fn deliver(message: Envelope<u32>) {
    let (car, told) = message.open();
    let span = told.span(|| {
        info_span!(
            "process cars.sold",
            otel.kind = "consumer",
            workshop.car.id = car
        )
    });
    span.in_scope(|| ());
}
