//! A test's own receiver: what is sent to it is there, and it leaves nothing behind.
#![cfg(feature = "receiver")]

mod common;

use std::{net::TcpStream, time::Duration};

use common::{LIMIT, gzip, http, post, protobuf, span};
use trace_lab::Receiver;
use trace_model::Kind;

const PROTOBUF: &str = "application/x-protobuf";

#[test]
fn protobuf_json_and_gzip_arrive_alike() {
    let receiver = Receiver::start().unwrap();
    let address = format!("{}/v1/traces", receiver.otlp_http());
    assert_eq!(
        post(
            &address,
            PROTOBUF,
            protobuf("shop", vec![span(1, 1, "one")])
        )
        .status(),
        200
    );
    let zipped = gzip(&protobuf("shop", vec![span(1, 2, "two")]));
    let zipped = http()
        .post(&address)
        .header("content-type", PROTOBUF)
        .header("content-encoding", "gzip")
        .body(zipped);
    assert_eq!(zipped.send().unwrap().status(), 200);
    let json = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
        "scopeSpans":[{"spans":[{"traceId":"01010101010101010101010101010101","spanId":"0303030303030303","name":"three","kind":2,
        "startTimeUnixNano":"1000000000000","endTimeUnixNano":1001000000000}]}]}]}"#;
    assert_eq!(
        post(&address, "application/json; charset=utf-8", json).status(),
        200
    );
    assert!(receiver.wait_until(LIMIT, |spans| spans.len() == 3));
    for span in receiver.spans() {
        assert_eq!(
            (span.service(), span.kind),
            ("shop", Kind::Server),
            "{}",
            span.name
        );
        assert_eq!(span.duration_nano(), 1_000_000_000, "{}", span.name);
    }
    assert_eq!(receiver.rejected(), Vec::<String>::new());
}

#[test]
fn ten_senders_at_once_lose_nothing() {
    let receiver = Receiver::start().unwrap();
    let address = format!("{}/v1/traces", receiver.otlp_http());
    std::thread::scope(|scope| {
        for sender in 1..=10 {
            let address = &address;
            scope.spawn(move || {
                let client = http();
                for id in 1..=20 {
                    let body = protobuf("load", vec![span(sender, id, "work")]);
                    let request = client.post(address).header("content-type", PROTOBUF);
                    assert_eq!(request.body(body).send().unwrap().status(), 200);
                }
            });
        }
    });
    assert!(
        receiver.wait_until(Duration::ZERO, |spans| spans.len() == 200),
        "level-triggered"
    );
    let mut ids: Vec<_> = receiver
        .spans()
        .iter()
        .map(|span| (span.trace_id, span.span_id))
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 200);
}

#[test]
fn what_is_refused_can_be_read() {
    let receiver = Receiver::start().unwrap();
    let address = format!("{}/v1/traces", receiver.otlp_http());
    let mut nameless = span(1, 1, "no id");
    nameless.span_id = vec![0; 8];
    assert_eq!(
        post(&address, PROTOBUF, protobuf("shop", vec![nameless])).status(),
        200
    );
    assert_eq!(post(&address, PROTOBUF, "nonsense").status(), 400);
    let rejected = receiver.rejected();
    assert_eq!(rejected.len(), 2, "{rejected:?}");
    assert!(
        rejected[0].contains("\"no id\"") && rejected[0].contains("all zero"),
        "{rejected:?}"
    );
    assert!(
        rejected[1].contains("not an OTLP export request"),
        "{rejected:?}"
    );
}

#[test]
fn a_page_of_another_site_is_refused() {
    let receiver = Receiver::start().unwrap();
    let address = format!("{}/v1/traces", receiver.otlp_http());
    let send = |name: &str, value: &str| {
        let request = http()
            .post(&address)
            .header("content-type", PROTOBUF)
            .header(name, value);
        request
            .body(protobuf("shop", vec![span(1, 1, "one")]))
            .send()
            .unwrap()
            .status()
    };
    assert_eq!(send("host", "evil.example"), 403);
    assert_eq!(send("origin", "http://evil.example"), 403);
    assert_eq!(send("x-harmless", "1"), 200);
    assert_eq!(receiver.spans().len(), 1);
}

#[test]
fn its_port_is_closed_when_it_is_dropped() {
    let receiver = Receiver::start().unwrap();
    let port: u16 = receiver
        .otlp_http()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    // A connection that says nothing must not hold it up.
    let idle = TcpStream::connect(("127.0.0.1", port)).unwrap();
    drop(receiver);
    assert!(
        TcpStream::connect(("127.0.0.1", port)).is_err(),
        "still listening"
    );
    drop(idle);
}
