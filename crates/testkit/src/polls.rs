//! Futures polled one step at a time, where the order of steps is what a test is about.

use std::{
    future::poll_fn,
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use opentelemetry::{Context, trace::TraceContextExt};

/// Polls `work` once, here and now. Awaiting what is returned goes on with it, on whatever thread:
/// so a test decides who begins first and where, and needs no sleep to be sure of it.
pub async fn begin<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let mut work = Box::pin(work);
    let begun = poll_fn(|task| Poll::Ready(work.as_mut().poll(task))).await;
    async {
        match begun {
            Poll::Ready(answer) => answer,
            Poll::Pending => work.await,
        }
    }
}

/// Begins `one`, then `other`; then goes on with the first to its end, then with the second. So both
/// are under way at once, in an order that is the same in each run.
pub async fn in_turns<A: Future, B: Future>(one: A, other: B) -> (A::Output, B::Output) {
    let (one, other) = (begin(one).await, begin(other).await);
    (one.await, other.await)
}

/// The answer of `work`, and whether any of its polls returned with another span current on the
/// thread than it had found there: as a guard does that is held across `.await`.
pub async fn watched<F: Future>(work: F) -> (F::Output, bool) {
    let mut work = Box::pin(work);
    let mut left = false;
    let current = || Context::map_current(|context| context.span().span_context().clone());
    let answer = poll_fn(|task| {
        let before = current();
        let polled = work.as_mut().poll(task);
        left |= current() != before;
        polled
    });
    (answer.await, left)
}

/// Holds this thread until something is so, at most for `limit`; whether it is. On a runtime of one
/// thread no task goes on meanwhile and no timer ends: what happens then was begun before, elsewhere.
pub fn hold_until(limit: Duration, is_so: impl Fn() -> bool) -> bool {
    let begun = Instant::now();
    while !is_so() && begun.elapsed() < limit {
        thread::sleep(Duration::from_millis(1));
    }
    is_so()
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, thread};

    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId};
    use tokio::task::yield_now;

    use super::*;

    /// A context with a span of its own.
    fn context() -> Context {
        let (trace, span) = (TraceId::from(7), SpanId::from(7));
        let ids = SpanContext::new(trace, span, TraceFlags::SAMPLED, false, Default::default());
        Context::new().with_remote_span_context(ids)
    }

    #[tokio::test]
    async fn what_is_begun_goes_on_where_it_stopped() {
        let steps = RefCell::<Vec<(&str, u8)>>::default();
        let work = async |name: &'static str| {
            for step in 1..=2 {
                steps.borrow_mut().push((name, step));
                yield_now().await;
            }
            name
        };
        let answers = in_turns(work("one"), work("other")).await;
        assert_eq!(answers, ("one", "other"));
        let order = [("one", 1), ("other", 1), ("one", 2), ("other", 2)];
        assert_eq!(*steps.borrow(), order);
        assert_eq!(begin(async { 7 }).await.await, 7);
    }

    #[tokio::test]
    #[expect(clippy::await_holding_invalid_type, reason = "that is what is seen")]
    async fn a_guard_that_is_held_while_its_future_waits_is_seen() {
        let held = async {
            let _current = context().attach();
            yield_now().await;
        };
        let let_go = async {
            drop(context().attach());
            yield_now().await;
            let _current = context().attach();
        };
        assert_eq!(watched(held).await, ((), true));
        assert_eq!(watched(let_go).await, ((), false));
    }

    #[test]
    fn a_thread_is_held_until_something_is_so_and_no_longer_than_that() {
        let looks = RefCell::new(0);
        let third = || {
            *looks.borrow_mut() += 1;
            *looks.borrow() >= 3
        };
        assert!(hold_until(Duration::from_secs(60), third));
        assert_eq!(
            *looks.borrow(),
            4,
            "three while it waits, and one to be sure"
        );
        assert!(!hold_until(Duration::ZERO, || false));
    }

    #[test]
    fn both_may_move_to_another_thread() {
        let work = || watched(async { yield_now().await });
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("the system gives a runtime");
        let begun = runtime.block_on(begin(work()));
        let moved = thread::spawn(move || runtime.block_on(begun));
        assert_eq!(moved.join().expect("nothing panics"), ((), false));
    }
}
