//! Customers who do not come one after the other.

use std::{
    panic,
    thread::{self, ScopedJoinHandle},
};

use testkit::{Client, Crossing, Reply};

/// Nine customers at once: a reason that is right by chance is not right for all of them.
pub(crate) fn all_at_once(client: &Client) -> Reply {
    thread::scope(|scope| {
        let customers = [(); 9].map(|()| scope.spawn(|| client.get("search", "/cars/6")));
        let replies = customers.map(answered);
        let [first, others @ ..] = replies;
        let same = others.iter().all(|other| other.body == first.body);
        assert!(same, "they were told different prices");
        first
    })
}

fn answered(customer: ScopedJoinHandle<'_, Reply>) -> Reply {
    customer
        .join()
        .unwrap_or_else(|failed| panic::resume_unwind(failed))
}

/// East is killed while a customer waits for it.
pub(crate) fn killed(client: &Client) -> Reply {
    client.pause("east");
    let asked = |sent: &Crossing| sent.to == "east" && sent.request == "call Find";
    thread::scope(|scope| {
        let customer = scope.spawn(|| client.get("search", "/overseas/9"));
        client.until("east is asked", |crossed| crossed.iter().any(asked));
        client.kill("east");
        answered(customer)
    })
}
