//! What the customers do.

use std::{panic, thread};

use testkit::{Client, Crossing, Reply, Request};

pub(crate) fn quote(client: &Client, car: u32) -> Reply {
    ask(client, car).send()
}

pub(crate) fn ask(client: &Client, car: u32) -> Request<'_> {
    client.request("GET", "search", &format!("/cars/{car}/quote"))
}

/// Two at once: both have asked before the node works for either.
pub(crate) fn both(client: &Client) -> [Reply; 2] {
    let calls = |crossed: &[Crossing]| {
        let calls = crossed.iter().filter(|sent| sent.request == "call desk");
        calls.count()
    };
    client.pause("desk");
    thread::scope(|scope| {
        let customers = [7, 6].map(|car| scope.spawn(move || quote(client, car)));
        client.until("both have asked", |sent| calls(sent) == 3);
        client.resume("desk");
        customers.map(|it| it.join().unwrap_or_else(|it| panic::resume_unwind(it)))
    })
}
