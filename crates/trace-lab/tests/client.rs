//! The client where there is no lab: a receiver takes what it sends, and errors say what to do.
#![cfg(all(feature = "receiver", feature = "client"))]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot build its spans fails"
)]

use trace_lab::{
    Receiver,
    client::{Client, ClientError},
};
use trace_model::{Span, SpanId, TraceId};

fn spans(count: u64) -> Vec<Span> {
    let trace = TraceId::from_bytes(&[7; 16]).unwrap();
    let id = |number: u64| SpanId::from_bytes(&number.to_be_bytes()).unwrap();
    (1..=count)
        .map(|number| Span::new(trace, id(number), "shop", "work"))
        .collect()
}

#[test]
fn what_is_sent_arrives_whole_in_several_requests() {
    let receiver = Receiver::start().unwrap();
    let address = receiver.otlp_http();
    let spans = spans(2_500);
    Client::new(&address, &format!("{address}/"))
        .send(&spans)
        .unwrap();
    assert_eq!(receiver.spans(), spans);
}

#[test]
fn a_receiver_is_no_backend() {
    let receiver = Receiver::start().unwrap();
    let client = Client::new(&receiver.otlp_http(), &receiver.otlp_http());
    assert_eq!(client.identify(), None);
    let error = client.services().unwrap_err();
    assert!(
        matches!(error, ClientError::Refused { status: 404, .. }),
        "{error}"
    );
}

#[test]
fn an_address_where_nobody_answers_is_named() {
    let gone = Receiver::start().unwrap().otlp_http();
    let client = Client::new(&gone, &gone);
    assert_eq!(client.identify(), None);
    let text = client.send(&spans(1)).unwrap_err().to_string();
    assert!(
        text.contains(&gone) && text.contains("workshop lab"),
        "{text}"
    );
}
