//! Customers who are served at once are a trace each, in one task as well as on four threads.

use std::cell::Cell;

use marketplace::Market;
use testkit::{begin, exercise, expect_eq, facts, in_turns, watched};
use tokio::task;

const SHAPE: &str = include_str!("../expected.shape");
const SAME: &str = "the answers must stay the same";

/// How many cars a customer was told of after how much work, when, and whether a span was left.
type Served = ((usize, usize), (u64, u64), bool);

async fn search(query: &str) -> Served {
    let market = Market::open();
    let cars = two_customers::search(market.clone(), query.into());
    serve(async { cars.await.len() }, &market).await
}

async fn show(id: u32) -> Served {
    let market = Market::open();
    let car = two_customers::show(market.clone(), id);
    serve(async { car.await.map_or(0, |(_, alike)| alike) }, &market).await
}

async fn serve(customer: impl Future<Output = usize>, market: &Market) -> Served {
    let ((cars, left), done) = (watched(customer).await, market.journal());
    let told = (cars, done.entries().len());
    (told, done.span().unwrap_or_default(), left)
}

/// The answers stay the same, and no customer waits until another one is served.
fn right((one, other): &(Served, Served), told: [(usize, usize); 2]) -> Result<(), String> {
    expect_eq([one.0, other.0], told, SAME)?;
    let at_once = (1..one.1.1).contains(&other.1.0).then_some(());
    at_once.ok_or("a customer must not wait until another one is served".to_owned())
}

#[test]
fn two_customers_in_one_task_are_two_traces() {
    let left = Cell::new(false);
    exercise!()
        .current_thread()
        .call_async("search", || in_turns(search("golf"), show(7)))
        .expect(|both| right(both, [(12, 5), (3, 2)]).map(|()| left.set(both.1.2)))
        .fact(|seen| facts::left_nothing(seen, "show car", left.get()))
        .fact(|seen| facts::covers_children(seen, "show car"))
        .verdict(SHAPE);
}

#[test]
fn searches_on_four_threads_are_a_trace_each() {
    let (left, number) = (Cell::new(false), Cell::new(2));
    let run = exercise!().threads(4).call_async("search", several);
    let run = run.expect(|(both, more)| {
        number.set(2 + more.len());
        right(both, [(12, 5), (4, 5)]).map(|()| left.set(both.1.2))?;
        expect_eq(&more[..], &[(4, 5); 6][..more.len()], SAME)
    });
    let (one, _) = SHAPE.split_once("\n\n").unwrap_or_default();
    let each = format!("x{} {{workshop.query}}", number.get());
    run.fact(|seen| facts::left_nothing(seen, "search cars", left.get()))
        .fact(|seen| facts::covers_children(seen, "search cars"))
        .verdict(&one.replace("{workshop.query=golf}", &each));
}

/// Two in turns, then six that begin here and go on as tasks. What a guard does to those differs
/// from run to run: they are served where none is left.
async fn several() -> ((Served, Served), Vec<(usize, usize)>) {
    let both = in_turns(search("golf"), search("polo")).await;
    let (mut begun, mut more) = (Vec::new(), Vec::new());
    for _ in (0..6).filter(|_| !both.1.2) {
        begun.push(begin(search("passat")).await);
    }
    for task in begun.into_iter().map(task::spawn).collect::<Vec<_>>() {
        more.push(task.await.expect("no search panics").0);
    }
    (both, more)
}
