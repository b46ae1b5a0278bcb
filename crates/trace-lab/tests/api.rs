//! The query API, as Jaeger's users and our client know it, and who may ask.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a test that cannot send or read fails")]

mod common;

use common::{get, http, json, lab};
use trace_lab::{
    Lab, Options,
    client::{Client, Kind as Backend, Query},
};
use trace_model::{
    Attributes, Event, Kind, Link, Span, SpanId, Status, StatusCode, TraceId, Value,
};

fn trace(number: u8) -> TraceId {
    TraceId::from_bytes(&[number; 16]).unwrap()
}

fn id(number: u8) -> SpanId {
    SpanId::from_bytes(&[number; 8]).unwrap()
}

/// A checkout of two services with an error, an event and a link.
fn checkout(number: u8) -> Vec<Span> {
    let trace = trace(number);
    let mut server = Span::new(trace, id(1), "shop", "POST /checkout");
    server.kind = Kind::Server;
    server.attributes = Attributes::from_iter([
        ("http.route", Value::from("/checkout")),
        ("cars", Value::from(3_i64)),
    ]);
    let mut publish = Span::new(trace, id(2), "mail", "orders publish");
    publish.parent_span_id = Some(id(1));
    publish.kind = Kind::Producer;
    publish.end_unix_nano = 1_200_000_007;
    publish.status = Status {
        code: StatusCode::Error,
        message: "queue full".into(),
    };
    publish.events = vec![Event {
        name: "exception".into(),
        time_unix_nano: 1_100_000_000,
        attributes: Attributes::from_iter([("exception.message", "full")]),
    }];
    publish.links = vec![Link {
        trace_id: trace,
        span_id: id(1),
        trace_state: String::new(),
        attributes: Attributes::from_iter([("why", "test")]),
    }];
    vec![server, publish]
}

fn client(lab: &Lab) -> Client {
    Client::new(&lab.web(), &lab.otlp_http())
}

fn filled() -> Lab {
    let lab = lab();
    client(&lab)
        .send(&[checkout(1), checkout(2)].concat())
        .unwrap();
    lab
}

fn everything(service: &str) -> Query {
    Query {
        start_min_unix_nano: 0,
        ..Query::recent(service)
    }
}

#[test]
fn what_the_client_sends_it_reads_back_unchanged() {
    let lab = filled();
    let client = client(&lab);
    assert!(matches!(client.identify(), Some(Backend::Lab(version)) if !version.is_empty()));
    assert_eq!(client.trace(trace(1)).unwrap().unwrap(), checkout(1));
    assert_eq!(client.trace(trace(9)).unwrap(), None);
    assert_eq!(client.services().unwrap(), ["mail", "shop"]);
    let operations = client.operations("mail").unwrap();
    assert_eq!(
        (
            operations[0].name.as_str(),
            operations[0].span_kind.as_str()
        ),
        ("orders publish", "producer")
    );
    for page in [
        client.trace_page(trace(1)),
        client.compare_page(trace(1), trace(2)),
    ] {
        assert_eq!(get(&page).status(), 200, "{page}");
    }
}

#[test]
fn a_search_holds_for_one_and_the_same_span() {
    let lab = filled();
    let client = client(&lab);
    let count = |query: &Query| client.search(query).unwrap().len() / 2;
    assert_eq!(count(&everything("shop")), 2);
    assert_eq!(count(&Query::recent("shop")), 0, "they are from 1970");
    assert_eq!(count(&everything("nobody")), 0);
    assert_eq!(
        count(&Query {
            limit: 1,
            ..everything("shop")
        }),
        1
    );
    let operation = |name: &str| Query {
        operation: Some(name.into()),
        ..everything("shop")
    };
    assert_eq!(count(&operation("POST /checkout")), 2);
    assert_eq!(
        count(&operation("orders publish")),
        0,
        "that is a span of mail"
    );
    let attribute = |key: &str, value: &str| Query {
        attributes: vec![(key.into(), value.into())],
        ..everything("shop")
    };
    assert_eq!(count(&attribute("cars", "3")), 2);
    assert_eq!(count(&attribute("cars", "4")), 0);
    assert_eq!(
        count(&attribute("error", "true")),
        0,
        "the error is of mail"
    );
    let least = |millis| Query {
        duration_min: Some(std::time::Duration::from_millis(millis)),
        ..everything("mail")
    };
    assert_eq!((count(&least(200)), count(&least(201))), (2, 0));
}

#[test]
fn both_spellings_of_the_parameters_find_the_same() {
    let lab = filled();
    let times = ["1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z"];
    let snake = format!(
        "query.service_name=shop&query.start_time_min={}&query.start_time_max={}&query.search_depth=1",
        times[0], times[1]
    );
    let camel = format!(
        "query.serviceName=shop&query.startTimeMin={}&query.startTimeMax={}&query.searchDepth=1",
        times[0], times[1]
    );
    let ask = |query: &str| json(&format!("{}/api/v3/traces?{query}", lab.web()));
    assert_eq!(ask(&snake), ask(&camel));
    assert_eq!(
        ask(&snake)["result"]["resourceSpans"]
            .as_array()
            .unwrap()
            .len(),
        2,
        "one trace, two services"
    );
    let kinds = ["spanKind=producer", "span_kind=producer"];
    for kind in kinds {
        let found = json(&format!(
            "{}/api/v3/operations?service=mail&{kind}",
            lab.web()
        ));
        assert_eq!(found["operations"][0]["spanKind"], "producer");
    }
    let none = json(&format!(
        "{}/api/v3/operations?service=mail&spanKind=server",
        lab.web()
    ));
    assert_eq!(none["operations"].as_array().unwrap().len(), 0);
    let summaries = json(&format!("{}/api/v3/trace-summaries?{camel}", lab.web()));
    let summary = &summaries["summaries"][0];
    assert_eq!(
        (
            &summary["rootServiceName"],
            &summary["spanCount"],
            &summary["errorSpanCount"]
        ),
        (&"shop".into(), &2.into(), &1.into())
    );
}

#[test]
fn errors_are_written_as_jaeger_writes_them() {
    let lab = filled();
    let times = "query.startTimeMin=1970-01-01T00:00:00Z&query.startTimeMax=2100-01-01T00:00:00Z";
    for (path, code) in [
        (format!("traces/{}", trace(9)), 404),
        ("traces/xyz".to_owned(), 400),
        ("traces?query.serviceName=shop".to_owned(), 400),
        (
            "traces?query.startTimeMin=yesterday&query.startTimeMax=now".to_owned(),
            400,
        ),
        (format!("traces?{times}&query.serviceName=nobody"), 404),
        (format!("traces?{times}&query.durationMin=long"), 400),
        (format!("traces?{times}&query.searchDepth=many"), 400),
        (format!("traces?{times}&query.attributes=a=b"), 400),
        ("operations".to_owned(), 400),
        ("operations?service=shop&spanKind=x".to_owned(), 400),
    ] {
        let response = get(&format!("{}/api/v3/{path}", lab.web()));
        assert_eq!(response.status(), code, "{path}");
        let body: serde_json::Value = response.json().unwrap();
        assert_eq!(body["error"]["httpCode"], code, "{path}");
        assert!(!body["error"]["message"].as_str().unwrap().is_empty());
    }
}

#[test]
fn the_legacy_endpoint_has_its_envelope() {
    let lab = filled();
    let found = json(&format!("{}/api/traces/{}", lab.web(), trace(1)));
    let span = &found["data"][0]["spans"][1];
    assert_eq!(span["operationName"], "orders publish");
    assert_eq!(
        (&span["startTime"], &span["duration"]),
        (&1_000_000.into(), &200_000.into())
    );
    assert_eq!(span["references"][0]["refType"], "CHILD_OF");
    assert_eq!(span["references"][1]["refType"], "FOLLOWS_FROM");
    let process = span["processID"].as_str().unwrap();
    assert_eq!(
        found["data"][0]["processes"][process]["serviceName"],
        "mail"
    );
    let missing = get(&format!("{}/api/traces/{}", lab.web(), trace(9)));
    assert_eq!(missing.status(), 404);
    assert_eq!(
        missing.json::<serde_json::Value>().unwrap()["errors"][0]["code"],
        404
    );
}

/// A lab that lets one page of another origin send spans.
fn friendly() -> Lab {
    let origins = vec!["http://127.0.0.1:3000".to_owned()];
    let options = Options {
        origins,
        ..Options::default()
    };
    Lab::start(&options).unwrap()
}

fn status_with(address: &str, name: &str, value: &str) -> u16 {
    let answer = http().get(address).header(name, value).send().unwrap();
    answer.status().as_u16()
}

#[test]
fn foreign_hosts_and_origins_are_refused_on_every_port() {
    let lab = friendly();
    let web = ["/", "/api/v3/services", "/nowhere"].map(|path| format!("{}{path}", lab.web()));
    let otlp = format!("{}/v1/traces", lab.otlp_http());
    for address in web.iter().chain([&otlp]) {
        let with = |name, value| status_with(address, name, value);
        assert_eq!(with("host", "rebound.example"), 403, "{address}");
        assert_eq!(with("origin", "http://evil.example"), 403, "{address}");
        assert_eq!(with("origin", "null"), 403, "{address}");
        assert_ne!(with("host", "localhost"), 403, "{address}");
    }
}

#[test]
fn an_origin_that_was_allowed_may_send_spans_and_not_read() {
    let lab = friendly();
    let page = format!("{}/", lab.web());
    assert_eq!(status_with(&page, "origin", "http://127.0.0.1:3000"), 403);
    assert_eq!(status_with(&page, "origin", &lab.web()), 200);
    let otlp = format!("{}/v1/traces", lab.otlp_http());
    let preflight = http()
        .request(reqwest::Method::OPTIONS, otlp)
        .header("origin", "http://127.0.0.1:3000")
        .header("access-control-request-method", "POST")
        .send()
        .unwrap();
    assert_eq!(preflight.status(), 204);
    let allowed = &preflight.headers()["access-control-allow-origin"];
    assert_eq!(allowed, "http://127.0.0.1:3000");
}

#[test]
fn state_changes_only_by_post_with_the_token() {
    let lab = filled();
    let pin = format!("{}/lab/pin/{}", lab.web(), trace(1));
    let clear = format!("{}/lab/clear", lab.web());
    let page = get(&format!("{}/trace/{}", lab.web(), trace(1)))
        .text()
        .unwrap();
    let token = page.split("name=\"token\" value=\"").nth(1).unwrap()[..32].to_owned();
    let no_redirect = reqwest::blocking::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let post = |address: &str, body: String| {
        no_redirect
            .post(address)
            .body(body)
            .send()
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(get(&pin).status(), 405);
    assert_eq!(get(&format!("{clear}?token={token}")).status(), 405);
    assert_eq!(post(&pin, String::new()), 403);
    assert_eq!(post(&clear, format!("token={}", "0".repeat(32))), 403);
    assert!(!lab.store().is_pinned(trace(1)));
    assert_eq!(post(&pin, format!("token={token}")), 303);
    assert!(lab.store().is_pinned(trace(1)));
    assert_eq!(
        post(&pin.replace("pin", "unpin"), format!("token={token}")),
        303
    );
    assert!(!lab.store().is_pinned(trace(1)));
    assert_eq!(post(&clear, format!("token={token}")), 303);
    assert_eq!(lab.store().usage().traces, 0);
    assert_eq!(lab.store().usage().bytes, 0);
}

#[test]
fn an_export_holds_no_secret_and_says_so() {
    let lab = lab();
    let mut span = Span::new(trace(1), id(1), "shop", "login");
    span.attributes = Attributes::from_iter([
        ("http.request.header.cookie", "session=s3cr3t"),
        ("user", "ada"),
    ]);
    client(&lab).send(&[span]).unwrap();
    let export = get(&format!("{}/lab/export/{}", lab.web(), trace(1)));
    assert!(
        export.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    let text = export.text().unwrap();
    assert!(
        !text.contains("s3cr3t") && text.contains("ada") && text.contains("(redacted)"),
        "{text}"
    );
}
