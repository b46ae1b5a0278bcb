//! Each car's way through the pipeline is a trace, in which nobody works while they wait.

mod settled;
mod waits;

use std::cell::Cell;

use demand::Import;
use marketplace::Market;
use settled::Full;
use testkit::{exercise, expect_eq};

/// What is indexed in the end, and a time through which several stages waited for demand.
async fn slow_disk() -> (Vec<u32>, Full) {
    let market = Market::open();
    let dealers = vec![
        ("north", settled::cars(&market, &[2, 4, 6, 8, 10]).await),
        ("south", settled::cars(&market, &[7]).await),
    ];
    let import = Import::new(market.clone());
    tokio::join!(import.run(dealers), settled::while_several_wait(&import))
}

#[test]
fn an_event_has_its_own_trace_and_waiting_is_no_work() {
    let full = Cell::new(Full::default());
    exercise!()
        .call_async("importer", slow_disk)
        .expect(|(indexed, time)| {
            full.set(*time);
            let all = [2, 4, 6, 7, 8, 10];
            expect_eq(
                indexed.as_slice(),
                all,
                "what was offered is indexed in the end",
            )
        })
        // A span that goes on through a wait leaves nothing to hold the told one against.
        .fact(|seen| {
            waits::nobody_works(seen, full.get().since)?;
            waits::are_told(seen, full.get().nanos)
        })
        .verdict(include_str!("../expected.shape"));
}
