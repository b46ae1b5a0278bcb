//! What the customers do.

use std::{panic, thread};

use testkit::{Client, Crossing, Reply, Request};

/// Two at once, each with a car.
pub(crate) fn both(client: &Client) -> [Reply; 2] {
    thread::scope(|scope| {
        let customers = [7, 6].map(|car| scope.spawn(move || reserve(client, car)));
        customers.map(|customer| {
            customer
                .join()
                .unwrap_or_else(|it| panic::resume_unwind(it))
        })
    })
}

pub(crate) fn reserve(client: &Client, car: u32) -> Reply {
    ask(client, car).send()
}

pub(crate) fn ask(client: &Client, car: u32) -> Request<'_> {
    client.request("GET", "search", &format!("/cars/{car}/reserve"))
}

/// The Erlang node is killed while a customer waits for it.
pub(crate) fn killed(client: &Client) -> Reply {
    let calls = |crossed: &[Crossing]| {
        let calls = crossed.iter().filter(|sent| sent.request == "call stock");
        calls.count()
    };
    client.pause("stock");
    thread::scope(|scope| {
        let customer = scope.spawn(|| reserve(client, 8));
        client.until("the node is asked once more", |sent| calls(sent) == 5);
        client.kill("stock");
        customer
            .join()
            .unwrap_or_else(|it| panic::resume_unwind(it))
    })
}
