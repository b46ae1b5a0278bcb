//! Whatever arrives, a forest holds each span once, its parents lead to a root, and OTLP JSON
//! carries it unchanged.

use std::collections::HashSet;

use proptest::prelude::*;
use trace_model::{Forest, Kind, Span, SpanId, StatusCode, TraceId, Value, otlp_json};

/// Few ids on purpose: duplicates, rings and missing parents are common.
fn any_span() -> impl Strategy<Value = Span> {
    let ids = (1_u8..4, 1_u8..12, 0_u8..12);
    let content = (".{0,8}", any::<(u64, u64, u8, bool)>(), any_value());
    (ids, content).prop_map(
        |((trace, span, parent), (name, (start, end, kind, failed), value))| {
            let trace = TraceId::from_bytes(&[trace; 16]).expect("not zero");
            let mut made = Span::new(
                trace,
                SpanId::from_bytes(&[span; 8]).expect("not zero"),
                "shop",
                &name,
            );
            made.parent_span_id = SpanId::from_bytes(&[parent; 8]).ok();
            (made.start_unix_nano, made.end_unix_nano) = (start, end);
            made.kind = Kind::from_otlp(i64::from(kind % 6));
            made.status.code = if failed {
                StatusCode::Error
            } else {
                StatusCode::Unset
            };
            made.attributes.set("value", value);
            made
        },
    )
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        ".{0,8}".prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (-1e9_f64..1e9).prop_map(Value::from),
        proptest::collection::vec(any::<u8>(), 0..8).prop_map(Value::from),
        Just(Value::Array(vec![Value::from("a"), Value::Empty])),
    ]
}

proptest! {
    #[test]
    fn each_span_stands_in_one_tree_and_every_way_up_ends(
        spans in proptest::collection::vec(any_span(), 0..40),
    ) {
        let forest = Forest::new(spans);
        let ids: Vec<_> = forest.ids().collect();
        let distinct: HashSet<_> = ids.iter().copied().collect();
        prop_assert_eq!(ids.len(), distinct.len());
        prop_assert_eq!(ids.len(), forest.len());
        let held = ids.iter().filter(|id| forest.span(**id).is_some()).count();
        prop_assert_eq!(held, forest.spans().len());
        for id in ids {
            let steps = std::iter::successors(Some(id), |at| forest.node(*at).parent);
            prop_assert!(steps.take(forest.len() + 1).count() <= forest.len());
        }
    }

    #[test]
    fn otlp_json_carries_every_span_unchanged(
        spans in proptest::collection::vec(any_span(), 1..20),
    ) {
        let back = otlp_json::read(&otlp_json::to_text(&spans)).unwrap();
        prop_assert_eq!(back.spans, spans);
        prop_assert_eq!(back.rejected, Vec::<String>::new());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}") {
        let _ = otlp_json::read(&text);
        let _ = otlp_json::read(&format!("{{\"resourceSpans\":[{text}"));
    }
}
