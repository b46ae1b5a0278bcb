//! The store's bounds: bytes, spans, age, pins.
#![cfg(feature = "server")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot build its spans fails"
)]

use trace_lab::store::{Limits, Search, Store};
use trace_model::{Span, SpanId, TraceId};

fn trace(number: u64) -> TraceId {
    TraceId::from_bytes(&[number.to_be_bytes(), number.to_be_bytes()].concat()).unwrap()
}

fn span(of: u64, number: u64) -> Span {
    let id = SpanId::from_bytes(&number.to_be_bytes()).unwrap();
    let mut span = Span::new(trace(of), id, "shop", &format!("work {number}"));
    span.attributes.set("padding", "x".repeat(500));
    span
}

fn spans(of: u64, count: u64) -> Vec<Span> {
    (1..=count).map(|number| span(of, number)).collect()
}

fn has(store: &Store, number: u64) -> bool {
    store.trace(trace(number)).is_some()
}

#[test]
fn the_oldest_whole_trace_makes_room_and_bytes_stay_within_the_limit() {
    let limit = 256 << 10;
    let store = Store::new(Limits {
        bytes: limit,
        ..Limits::default()
    });
    for number in 1..=100 {
        assert_eq!(store.insert(spans(number, 10)), Ok(vec![]));
        assert!(store.usage().bytes <= limit);
    }
    let kept: Vec<u64> = (1..=100).filter(|number| has(&store, *number)).collect();
    assert!(kept.len() > 10 && kept.len() < 100, "{kept:?}");
    assert_eq!(
        kept,
        (101 - kept.len() as u64..=100).collect::<Vec<_>>(),
        "the latest, without gaps"
    );
    assert!(
        store.traces().iter().all(|trace| trace.spans.len() == 10),
        "whole traces"
    );
    assert_eq!(store.usage().evicted, 100 - kept.len() as u64);
}

#[test]
fn a_pin_outlives_what_came_later_and_pins_leave_room() {
    let store = Store::new(Limits {
        bytes: 256 << 10,
        ..Limits::default()
    });
    store.insert(spans(1, 10)).unwrap();
    assert!(store.pin(trace(1)) && !store.pin(trace(2)));
    for number in 2..=100 {
        store.insert(spans(number, 10)).unwrap();
    }
    assert!(has(&store, 1) && !has(&store, 2));
    let pinned = (2..=100).filter(|number| store.pin(trace(*number))).count();
    assert!(
        pinned > 0 && pinned < 20,
        "pins hold at most half: {pinned}"
    );
    assert!(store.unpin(trace(1)) && !store.unpin(trace(1)));
}

#[test]
fn one_trace_can_take_neither_too_many_spans_nor_too_much_room() {
    let store = Store::new(Limits {
        spans_per_trace: 5,
        ..Limits::default()
    });
    let rejected = store.insert(spans(1, 7)).unwrap();
    assert_eq!(rejected.len(), 2);
    assert!(rejected[0].contains("5 spans already"), "{rejected:?}");
    let store = Store::new(Limits {
        bytes: 64 << 10,
        ..Limits::default()
    });
    let rejected = store.insert(spans(1, 200)).unwrap();
    assert!(
        !rejected.is_empty() && rejected[0].contains("bytes already"),
        "{rejected:?}"
    );
    assert!(store.usage().bytes <= 16 << 10);
    assert!(has(&store, 1));
}

#[test]
fn ten_thousand_spans_with_one_id_are_answered_soon() {
    let store = Store::default();
    let same = |number: u64| Span {
        name: format!("twin {number}"),
        ..span(1, 1)
    };
    let rejected = store.insert((0..10_000).map(same).collect()).unwrap();
    assert_eq!(rejected.len(), 10_000 - 8);
}

#[test]
fn a_reader_keeps_what_it_saw() {
    let store = Store::default();
    store.insert(spans(1, 3)).unwrap();
    let seen = store.trace(trace(1)).unwrap();
    store.insert(vec![span(1, 4)]).unwrap();
    store.clear();
    assert_eq!(seen.spans.len(), 3);
    assert_eq!((store.usage().traces, store.usage().bytes), (0, 0));
}

#[test]
fn writers_and_readers_at_once_lose_nothing() {
    let store = Store::default();
    std::thread::scope(|scope| {
        for writer in 0..8_u64 {
            let store = &store;
            scope.spawn(move || {
                for number in 1..=200 {
                    store
                        .insert(vec![span(1 + number % 5, writer * 1_000 + number)])
                        .unwrap();
                }
            });
        }
        for _ in 0..200 {
            let seen: usize = store.traces().iter().map(|trace| trace.spans.len()).sum();
            assert!(seen <= 1_600);
        }
    });
    let all = store.search(&Search {
        limit: 10,
        ..Search::default()
    });
    assert_eq!(
        all.iter().map(|trace| trace.spans.len()).sum::<usize>(),
        1_600
    );
}
