//! Every row of the table "Answers to bad input", over real HTTP.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a test that cannot send or read fails")]

mod common;

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
};

use common::{LIMIT, get, gzip, http, json, lab, post, protobuf, request, span, text};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse},
    trace::v1 as wire,
};
use prost::Message;
use reqwest::blocking::Response;
use trace_lab::Lab;

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

fn traces(lab: &Lab) -> String {
    format!("{}/v1/traces", lab.otlp_http())
}

fn send(lab: &Lab, service: &str, spans: Vec<wire::Span>) -> Option<ExportTracePartialSuccess> {
    let response = post(&traces(lab), PROTOBUF, protobuf(service, spans));
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], PROTOBUF);
    ExportTraceServiceResponse::decode(response.bytes().unwrap())
        .unwrap()
        .partial_success
}

fn trace_id(number: u8) -> String {
    format!("{number:02x}").repeat(16)
}

/// The warnings of each span of a trace, by name, as the query API hands them out.
fn warnings(lab: &Lab, trace: u8) -> Vec<(String, Vec<String>)> {
    let trace = json(&format!("{}/api/traces/{}", lab.web(), trace_id(trace)));
    let spans = trace["data"][0]["spans"].as_array().unwrap();
    let texts = |span: &serde_json::Value| {
        let list = span["warnings"].as_array().cloned().unwrap_or_default();
        list.iter()
            .map(|text| text.as_str().unwrap().to_owned())
            .collect()
    };
    let name = |span: &serde_json::Value| span["operationName"].as_str().unwrap().to_owned();
    spans.iter().map(|span| (name(span), texts(span))).collect()
}

fn status(response: Response) -> (u16, i64, String) {
    let code = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], JSON);
    let body: serde_json::Value = response.json().unwrap();
    (
        code,
        body["code"].as_i64().unwrap(),
        body["message"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn an_empty_request_is_a_success_without_partial_success() {
    let lab = lab();
    assert_eq!(send(&lab, "shop", Vec::new()), None);
    let empty = post(&traces(&lab), PROTOBUF, Vec::new());
    assert_eq!(
        (empty.status().as_u16(), empty.bytes().unwrap().len()),
        (200, 0)
    );
    for body in ["{}", r#"{"resourceSpans":[]}"#] {
        let response = post(&traces(&lab), JSON, body);
        assert_eq!(response.status(), 200);
        assert_eq!(response.text().unwrap(), "{}");
    }
}

#[test]
fn what_cannot_be_decoded_is_400_with_a_status() {
    let lab = lab();
    let mut not_utf8 = protobuf("shop", vec![span(1, 1, "name")]);
    let at = not_utf8
        .windows(4)
        .position(|window| window == b"name")
        .unwrap();
    not_utf8[at] = 0xff;
    for body in [b"\xff\xff\xff".to_vec(), not_utf8] {
        let response = post(&traces(&lab), PROTOBUF, body);
        assert_eq!(response.status(), 400);
        assert_eq!(response.headers()["content-type"], PROTOBUF);
        // `google.rpc.Status`: field 1 is the code, INVALID_ARGUMENT is 3.
        assert_eq!(&response.bytes().unwrap()[..2], [0x08, 3]);
    }
    for body in [
        &b"{\"resourceSpans\":"[..],
        b"{\"resourceSpans\":[{\"a\":\"\xff\"}]}",
        b"[]",
    ] {
        let (code, rpc, message) = status(post(&traces(&lab), JSON, body));
        assert_eq!((code, rpc), (400, 3), "{message}");
    }
    let zip = gzip(&protobuf("shop", vec![span(1, 1, "name")]));
    let corrupt = http()
        .post(traces(&lab))
        .header("content-type", JSON)
        .header("content-encoding", "gzip");
    let (code, _, message) = status(corrupt.body(zip[..zip.len() - 9].to_vec()).send().unwrap());
    assert_eq!(code, 400);
    assert!(message.contains("gzip is corrupt"), "{message}");
    assert_eq!(lab.store().usage().traces, 0);
}

#[test]
fn a_span_without_valid_ids_costs_only_itself() {
    let lab = lab();
    let with = |trace: Vec<u8>, id: Vec<u8>| wire::Span {
        trace_id: trace,
        span_id: id,
        ..span(1, 1, "bad")
    };
    let bad = vec![
        with(vec![0; 16], vec![1; 8]),
        with(vec![1; 15], vec![1; 8]),
        with(vec![1; 16], vec![0; 8]),
        with(vec![1; 16], vec![1; 9]),
        wire::Span {
            parent_span_id: vec![1; 3],
            ..span(1, 1, "bad")
        },
    ];
    let rejected = bad.len() as i64;
    let partial = send(&lab, "shop", [bad, vec![span(1, 9, "good")]].concat()).unwrap();
    assert_eq!(partial.rejected_spans, rejected);
    assert!(
        partial.error_message.contains("all zero"),
        "{}",
        partial.error_message
    );
    assert!(
        partial.error_message.contains("wrong length"),
        "{}",
        partial.error_message
    );
    assert_eq!(warnings(&lab, 1), [("good".to_owned(), vec![])]);
    let zero = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"00","spanId":"1","name":"bad"}]}]}]}"#;
    let response: serde_json::Value = post(&traces(&lab), JSON, zero).json().unwrap();
    assert_eq!(response["partialSuccess"]["rejectedSpans"], "1");
}

#[test]
fn odd_times_names_and_resources_are_kept_and_flagged() {
    let lab = lab();
    let backwards = wire::Span {
        end_time_unix_nano: 1,
        ..span(1, 1, "backwards")
    };
    let timeless = wire::Span {
        start_time_unix_nano: 0,
        ..span(1, 2, "timeless")
    };
    assert_eq!(
        send(&lab, "shop", vec![backwards, timeless, span(1, 3, "")]),
        None
    );
    assert_eq!(send(&lab, "", vec![span(1, 4, "nobody's")]), None);
    let mut found = warnings(&lab, 1);
    found.sort();
    let expect = |name: &str, text: &str| (name.to_owned(), vec![text.to_owned()]);
    assert_eq!(
        found,
        [
            expect("", "it has no name"),
            expect("backwards", "it ends before it starts"),
            expect("nobody's", "its resource has no service.name"),
            expect("timeless", "it has no start time"),
        ]
    );
}

#[test]
fn an_identical_duplicate_is_dropped_and_a_different_one_flagged() {
    let lab = lab();
    for _ in 0..3 {
        assert_eq!(
            send(&lab, "shop", vec![span(1, 1, "one"), span(1, 1, "one")]),
            None
        );
    }
    assert_eq!(warnings(&lab, 1), [("one".to_owned(), vec![])]);
    assert_eq!(send(&lab, "shop", vec![span(1, 1, "other")]), None);
    let flagged = warnings(&lab, 1);
    assert_eq!(flagged.len(), 2);
    assert!(flagged[1].1[0].contains("same id"), "{flagged:?}");
}

#[test]
fn self_parents_and_cycles_are_kept_flagged_and_drawn() {
    let lab = lab();
    let child = |id: u8, parent: u8| wire::Span {
        parent_span_id: vec![parent; 8],
        ..span(1, id, &format!("span {id}"))
    };
    assert_eq!(
        send(&lab, "shop", vec![child(1, 1), child(2, 3), child(3, 2)]),
        None
    );
    let found = warnings(&lab, 1);
    assert!(found[0].1[0].contains("itself as its parent"), "{found:?}");
    assert_eq!(
        found
            .iter()
            .filter(|(_, texts)| texts.iter().any(|text| text.contains("lead back")))
            .count(),
        1
    );
    let page = get(&format!("{}/trace/{}", lab.web(), trace_id(1)))
        .text()
        .unwrap();
    for name in ["span 1", "span 2", "span 3"] {
        assert!(page.contains(name), "{name} is not drawn");
    }
}

#[test]
fn oversized_parts_are_cut_and_flagged() {
    let lab = lab();
    let event = |number: u64| wire::span::Event {
        time_unix_nano: number,
        name: "e".into(),
        ..Default::default()
    };
    let link = |_| wire::span::Link {
        trace_id: vec![9; 16],
        span_id: vec![9; 8],
        ..Default::default()
    };
    let huge = wire::Span {
        attributes: [
            vec![
                text(&"k".repeat(600), "short"),
                text("value", &"ä".repeat(40_000)),
            ],
            (0..1_100)
                .map(|number| text(&format!("n{number}"), ""))
                .collect(),
        ]
        .concat(),
        events: (0..300).map(event).collect(),
        links: (0..200).map(link).collect(),
        ..span(1, 1, &"n".repeat(2_000))
    };
    assert_eq!(send(&lab, "shop", vec![huge]), None);
    let trace = lab.store().traces().remove(0);
    let kept = &trace.spans[0];
    assert_eq!(kept.span.name.len(), 1_024);
    assert_eq!(
        (
            kept.span.attributes.len(),
            kept.span.events.len(),
            kept.span.links.len()
        ),
        (1_024, 256, 128)
    );
    assert!(kept.span.attributes.iter().all(|(key, _)| key.len() <= 512));
    assert_eq!(kept.span.attributes.text("value").unwrap().len(), 64 << 10);
    let texts = &warnings(&lab, 1)[0].1;
    for part in [
        "name was cut",
        "key was cut",
        "value was cut",
        "1024 attributes",
        "256 events",
        "128 links",
    ] {
        assert!(
            texts.iter().any(|text| text.contains(part)),
            "{part}: {texts:?}"
        );
    }
}

#[test]
fn deep_nesting_is_cut_or_refused_but_never_followed() {
    use opentelemetry_proto::tonic::common::v1::{
        AnyValue, ArrayValue, KeyValue, any_value::Value,
    };
    let lab = lab();
    let deep = |levels: usize| {
        let list = |inner| {
            Some(AnyValue {
                value: Some(Value::ArrayValue(ArrayValue { values: inner })),
            })
        };
        let value = (0..levels).fold(list(vec![]), |inner, _| list(inner.into_iter().collect()));
        let attribute = KeyValue {
            key: "deep".into(),
            value,
            ..Default::default()
        };
        wire::Span {
            attributes: vec![attribute],
            ..span(1, 1, "deep")
        }
    };
    assert_eq!(send(&lab, "shop", vec![deep(40)]), None);
    assert!(warnings(&lab, 1)[0].1[0].contains("32 deep"));
    let deeper = request("shop", vec![deep(1_000)]).encode_to_vec();
    assert_eq!(post(&traces(&lab), PROTOBUF, deeper).status(), 400);
    let json = format!("{{\"resourceSpans\":{}", "[".repeat(100_000));
    assert_eq!(post(&traces(&lab), JSON, json).status(), 400);
}

#[test]
fn more_than_20_mib_is_413_also_out_of_a_small_gzip() {
    let lab = lab();
    let plain = vec![b' '; (20 << 20) + 1];
    let (code, rpc, message) = status(post(&traces(&lab), JSON, plain.clone()));
    assert_eq!((code, rpc), (413, 8), "{message}");
    let bomb = gzip(&vec![0; 200 << 20]);
    assert!(bomb.len() < 2 << 20);
    let request = http()
        .post(traces(&lab))
        .header("content-type", JSON)
        .header("content-encoding", "gzip");
    let (code, ..) = status(request.body(bomb).send().unwrap());
    assert_eq!(code, 413);
}

#[test]
fn a_body_that_grows_without_a_length_is_cut_off() {
    let lab = lab();
    let address = lab.otlp_http().replace("http://", "");
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(common::LIMIT)).unwrap();
    write!(stream, "POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: {JSON}\r\ntransfer-encoding: chunked\r\n\r\n").unwrap();
    let chunk = [b"100000\r\n", &vec![b' '; 1 << 20][..], b"\r\n"].concat();
    // The lab answers and closes after 20 of these.
    let sent = (0..64)
        .take_while(|_| stream.write_all(&chunk).is_ok())
        .count();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(sent < 64, "nobody stopped it");
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 413"),
        "{answer}"
    );
}

#[test]
fn an_unknown_content_type_or_encoding_is_415() {
    let lab = lab();
    for kind in ["text/plain", "application/jsonp", "multipart/form-data"] {
        let (code, _, message) = status(post(&traces(&lab), kind, "{}"));
        assert_eq!(code, 415);
        assert!(
            message.contains(kind) && message.contains("send application/x-protobuf"),
            "{message}"
        );
    }
    let request = http()
        .post(traces(&lab))
        .header("content-type", JSON)
        .header("content-encoding", "br");
    let (code, _, message) = status(request.body("{}").send().unwrap());
    assert_eq!(code, 415);
    assert!(message.contains("gzip"), "{message}");
}

#[test]
fn logs_and_metrics_are_accepted() {
    let lab = lab();
    for signal in ["logs", "metrics"] {
        let address = format!("{}/v1/{signal}", lab.otlp_http());
        let response = post(&address, PROTOBUF, vec![1, 2, 3]);
        assert_eq!(
            (response.status().as_u16(), response.bytes().unwrap().len()),
            (200, 0)
        );
        assert_eq!(post(&address, JSON, "{}").text().unwrap(), "{}");
        assert_eq!(post(&address, "text/plain", "").status(), 415);
    }
}

#[test]
fn overload_is_503_with_retry_after() {
    use trace_lab::{Options, store::Limits};
    let limits = Limits {
        bytes: 64 << 10,
        ..Limits::default()
    };
    let lab = Lab::start(&Options {
        limits,
        ..Options::default()
    })
    .unwrap();
    for trace in 1..=4 {
        assert_eq!(send(&lab, "shop", vec![span(trace, 1, "small")]), None);
        let id = trace_id(trace).parse().unwrap();
        assert!(lab.store().pin(id));
    }
    // Pinned traces grow to a quarter each: nothing that could make room is left.
    for trace in 1..=4 {
        for id in 2..=32 {
            let big = wire::Span {
                attributes: vec![text("k", &"v".repeat(500))],
                ..span(trace, id, "more")
            };
            post(&traces(&lab), PROTOBUF, protobuf("shop", vec![big]));
        }
    }
    for id in 33..=64 {
        post(
            &traces(&lab),
            PROTOBUF,
            protobuf("shop", vec![span(1 + id % 4, id, "")]),
        );
    }
    let response = post(
        &traces(&lab),
        JSON,
        r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"05050505050505050505050505050505","spanId":"0505050505050505"}]}]}]}"#,
    );
    assert_eq!(response.headers()["retry-after"], "1");
    let (code, rpc, message) = status(response);
    assert_eq!((code, rpc), (503, 14), "{message}");
}

#[test]
fn ids_in_json_may_be_upper_case_and_numbers_text() {
    let lab = lab();
    let id = "ABCDEF0123456789ABCDEF0123456789";
    let body = format!(
        r#"{{"resourceSpans":[{{"future":{{"x":[1]}},"scopeSpans":[{{"spans":[{{"traceId":"{id}","spanId":"ABCDEF0123456789",
        "name":"loud","kind":3,"startTimeUnixNano":5,"endTimeUnixNano":"7","attributes":[{{"key":"n","value":{{"intValue":"9007199254740993"}}}}]}}]}}]}}]}}"#
    );
    assert_eq!(post(&traces(&lab), JSON, body).text().unwrap(), "{}");
    for id in [id.to_owned(), id.to_lowercase()] {
        let trace = json(&format!("{}/api/v3/traces/{id}", lab.web()));
        let span = &trace["result"]["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
        assert_eq!(span["spanId"], "abcdef0123456789");
        assert_eq!(span["kind"], 3);
        assert_eq!(span["endTimeUnixNano"], "7");
        assert_eq!(
            span["attributes"][0]["value"]["intValue"],
            "9007199254740993"
        );
    }
}

#[test]
fn what_comes_when_every_place_is_taken_waits_for_one() {
    let lab = lab();
    let address = lab.web().strip_prefix("http://").unwrap().to_owned();
    let connect = || {
        let stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream
    };
    let ask = format!("GET / HTTP/1.1\r\nhost: {address}\r\n\r\n");
    // Each of them has been served, so each has its place, and keeps it.
    let mut served: Vec<TcpStream> = (0..256).map(|_| connect()).collect();
    for stream in &mut served {
        stream.write_all(ask.as_bytes()).unwrap();
        assert_ne!(stream.read(&mut [0; 64]).unwrap(), 0);
    }
    let mut late = connect();
    late.write_all(ask.as_bytes()).unwrap();
    late.set_nonblocking(true).unwrap();
    let waits = late.read(&mut [0; 64]).unwrap_err();
    assert_eq!(waits.kind(), ErrorKind::WouldBlock);
    served.pop();
    late.set_nonblocking(false).unwrap();
    assert_ne!(late.read(&mut [0; 64]).unwrap(), 0);
}
