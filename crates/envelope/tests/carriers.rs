//! Any carrier survives JSON and bincode unchanged; a malformed one never panics and never invents
//! a parent.

#![cfg(feature = "serde")]

use opentelemetry::{
    Context,
    baggage::{Baggage, BaggageExt, BaggageMetadata},
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use proptest::{collection::vec, prelude::*};
use traced_envelope::{Carrier, Envelope, Relation};

/// A context with any ids (valid or not), flags, tracestate and baggage.
fn contexts() -> impl Strategy<Value = Context> {
    let ids = (any::<u128>(), any::<u64>(), any::<u8>(), 0..10);
    let states = vec(("[a-z][a-z0-9]{0,9}", "[^,=]{0,20}"), 0..5);
    let baggage = vec(("[!-~]{1,20}", any::<String>(), any::<String>()), 0..5);
    (ids, states, baggage).prop_map(|((trace, span, flags, zero), states, baggage)| {
        let trace = TraceId::from(if zero == 0 { 0 } else { trace });
        let span = SpanId::from(if zero == 1 { 0 } else { span });
        let state = TraceState::from_key_value(states).unwrap_or_default();
        let span = SpanContext::new(trace, span, TraceFlags::new(flags), false, state);
        let mut all = Baggage::new();
        for (key, value, metadata) in baggage {
            all.insert_with_metadata(key, value, BaggageMetadata::from(metadata));
        }
        Context::new()
            .with_remote_span_context(span)
            .with_baggage(all)
    })
}

/// Headers as they should not be: any text, and a good one with a few bytes exchanged.
fn malformed() -> impl Strategy<Value = String> {
    let damaged =
        (vec((0..60_usize, any::<char>()), 0..4), any::<bool>()).prop_map(|(exchanges, cut)| {
            let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
            let mut chars: Vec<char> = good.chars().collect();
            for (at, char) in exchanges {
                match chars.get_mut(at) {
                    Some(old) => *old = char,
                    None => chars.push(char),
                }
            }
            if cut {
                chars.pop();
            }
            chars.into_iter().collect()
        });
    prop_oneof![any::<String>(), "[0-9a-f-]{0,60}", damaged]
}

fn relations() -> impl Strategy<Value = Relation> {
    prop_oneof![
        Just(Relation::Child),
        Just(Relation::Link),
        Just(Relation::None)
    ]
}

fn through_json(carrier: &Carrier) -> Carrier {
    let text = serde_json::to_string(carrier).expect("a carrier can be written");
    serde_json::from_str(&text).expect("a carrier can be read")
}

fn through_bincode<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let config = bincode::config::standard();
    let bytes = bincode::serde::encode_to_vec(value, config).expect("it can be written");
    let (value, length) =
        bincode::serde::decode_from_slice(&bytes, config).expect("it can be read");
    assert_eq!(length, bytes.len());
    value
}

/// What the specification says, in words of its own: is this header somebody's span?
fn names_a_span(header: &str) -> bool {
    let lower_hex = |text: &str, length| {
        let digits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text.len() == length && text.bytes().all(digits)
    };
    let fields: Vec<_> = header.split('-').collect();
    let [version, trace, span, flags, rest @ ..] = &fields[..] else {
        return false;
    };
    let is_version =
        lower_hex(version, 2) && *version != "ff" && (rest.is_empty() || *version != "00");
    let nonzero = |text: &str| text.bytes().any(|byte| byte != b'0');
    let ids = lower_hex(trace, 32) && nonzero(trace) && lower_hex(span, 16) && nonzero(span);
    is_version && ids && lower_hex(flags, 2)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_carrier_survives_json_and_bincode(context in contexts(), relation in relations()) {
        let carrier = Carrier::of(&context);
        prop_assert_eq!(&through_json(&carrier), &carrier);
        prop_assert_eq!(&through_bincode(&carrier), &carrier);
        let envelope = Envelope::with_carrier("golf".to_owned(), relation, carrier);
        prop_assert_eq!(&through_bincode(&envelope), &envelope);
    }

    #[test]
    fn a_context_comes_back_from_its_carrier(context in contexts()) {
        let back = Carrier::of(&context).context();
        let (span, there) = (context.span(), back.span());
        let (span, there) = (span.span_context(), there.span_context());
        prop_assert_eq!(there.is_valid(), span.is_valid());
        if span.is_valid() {
            prop_assert_eq!((there.trace_id(), there.span_id()), (span.trace_id(), span.span_id()));
            prop_assert_eq!(there.is_sampled(), span.is_sampled());
        }
        for (key, (value, _)) in context.baggage() {
            let there = back.baggage().get(key.as_str());
            prop_assert_eq!(there.map(|value| value.as_str()), Some(value.as_str()));
        }
    }

    #[test]
    fn malformed_headers_never_panic_and_never_invent_a_parent(
        traceparent in malformed(), tracestate in any::<String>(), baggage in any::<String>()
    ) {
        let carrier = Carrier::from_headers(&traceparent, &tracestate, &baggage);
        prop_assert_eq!(carrier.span_context().is_valid(), names_a_span(&traceparent));
        prop_assert_eq!(carrier.context().span().span_context().is_valid(), names_a_span(&traceparent));
        prop_assert_eq!(&through_json(&carrier), &carrier);
        prop_assert_eq!(&through_bincode(&carrier), &carrier);
    }

    #[test]
    fn malformed_bytes_never_panic_and_never_invent_a_parent(bytes in vec(any::<u8>(), 0..200)) {
        let read = bincode::serde::decode_from_slice(&bytes, bincode::config::standard());
        if let Ok((carrier, _)) = read {
            let carrier: Carrier = carrier;
            prop_assert!(!carrier.span_context().is_valid());
        }
        if let Ok(carrier) = serde_json::from_slice::<Carrier>(&bytes) {
            prop_assert!(!carrier.span_context().is_valid());
        }
    }
}

#[test]
fn on_the_wire_it_is_the_three_headers() {
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let carrier = Carrier::from_headers(traceparent, "vendor=1", "customer=7");
    let envelope = Envelope::with_carrier(17_500, Relation::Link, carrier);
    let json = serde_json::to_value(&envelope).expect("an envelope can be written");
    let expected = serde_json::json!({
        "carrier": {"traceparent": traceparent, "tracestate": "vendor=1", "baggage": "customer=7"},
        "relation": "link",
        "message": 17_500,
    });
    assert_eq!(json, expected);
}

#[test]
fn a_message_arrives_though_its_headers_are_absent_or_malformed() {
    for carrier in [
        "{}",
        r#"{"traceparent":"00-4bf9","tracestate":"a=1","baggage":"é"}"#,
    ] {
        let json = format!(r#"{{"carrier":{carrier},"relation":"child","message":7}}"#);
        let envelope: Envelope<u32> = serde_json::from_str(&json).expect("the message arrives");
        assert_eq!(envelope.carrier(), &Carrier::default());
        assert_eq!(envelope.open().0, 7);
    }
}
