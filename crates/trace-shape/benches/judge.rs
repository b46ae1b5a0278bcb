//! How long judging takes: `cargo bench -p trace-shape`. The limits are 50 ms for a thousand spans
//! against a thousand, 2 s for ten thousand against ten thousand.

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use trace_model::{Forest, Span, SpanId, TraceId};
use trace_shape::{Evidence, Shape, judge};

fn trace_id(number: usize) -> TraceId {
    TraceId::from_bytes(&(number as u128 + 1).to_be_bytes()).expect("no id is zero")
}

fn span_id(number: usize) -> SpanId {
    SpanId::from_bytes(&(number as u64 + 1).to_be_bytes()).expect("no id is zero")
}

fn span(number: usize, parent: Option<usize>, name: &str) -> Span {
    let mut span = Span::new(trace_id(0), span_id(number), "search", name);
    span.parent_span_id = parent.map(span_id);
    span.start_unix_nano += number as u64;
    span
}

/// A tree in which each span has a random parent among those before it, with eight names.
fn tree(size: usize) -> Vec<Span> {
    let mut state = 1_u64;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let mut spans = vec![span(0, None, "root")];
    for number in 1..size {
        let (parent, name) = (
            random() % number,
            format!(
                "step {}",
                ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'][random() % 8]
            ),
        );
        spans.push(span(number, Some(parent), &name));
    }
    spans
}

/// All below one, all of one name, each with a value of its own.
fn flat(size: usize) -> Vec<Span> {
    let mut spans = vec![span(0, None, "root")];
    for number in 1..size {
        let mut child = span(number, Some(0), "read");
        child
            .attributes
            .set("cars.model", format!("model-{}", letters(number)));
        spans.push(child);
    }
    spans
}

fn letters(number: usize) -> String {
    number
        .to_string()
        .bytes()
        .map(|digit| char::from(digit + 49))
        .collect()
}

/// All below one, all alike.
fn alike(size: usize) -> Vec<Span> {
    (0..size)
        .map(|number| span(number, (number > 0).then_some(0), "read"))
        .collect()
}

fn chain(size: usize) -> Vec<Span> {
    (0..size)
        .map(|number| span(number, number.checked_sub(1), "down"))
        .collect()
}

fn requests(size: usize) -> Vec<Span> {
    let mut spans = Vec::new();
    for request in 0..size / 10 {
        for part in 0..10 {
            let number = request * 10 + part;
            let mut one = span(
                number,
                (part > 0).then_some(request * 10),
                &format!("part {}", letters(part)),
            );
            one.trace_id = trace_id(request);
            spans.push(one);
        }
    }
    spans
}

/// A tenth of the spans is gone, the rest has other times, so that nothing stands in its place.
fn damaged(mut spans: Vec<Span>) -> Vec<Span> {
    let mut number = 0_usize;
    spans.retain(|_| {
        number += 1;
        number % 10 != 7
    });
    for span in &mut spans {
        span.start_unix_nano = 1 + (span.start_unix_nano * 7_919) % 10_007;
    }
    spans
}

type Make = fn(usize) -> Vec<Span>;

fn judging(criterion: &mut Criterion) {
    let kinds: [(&str, Make); 5] = [
        ("tree", tree),
        ("flat", flat),
        ("alike", alike),
        ("chain", chain),
        ("requests", requests),
    ];
    let mut group = criterion.benchmark_group("judge");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_secs(2));
    for size in [1_000, 10_000] {
        for (name, make) in kinds {
            let right = Forest::new(make(size));
            let shape = Shape::from_forest(&right);
            let wrong = Forest::new(damaged(make(size)));
            for (what, forest) in [("right", &right), ("damaged", &wrong)] {
                let id = BenchmarkId::new(format!("{name}/{what}"), size);
                group.bench_with_input(id, forest, |bencher, forest| {
                    bencher.iter(|| judge(black_box(&shape), forest, &Evidence::default()));
                });
            }
        }
    }
    group.finish();
}

criterion_group!(benches, judging);
criterion_main!(benches);
