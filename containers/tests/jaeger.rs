//! A real Jaeger in a container: what is sent comes back through the client that reads the lab.

use std::{
    env,
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use containers::{Jaeger, docker, image_to_test, or_skip, within};
use trace_lab::{
    Lab, Options,
    client::{Client, Kind},
};
use trace_model::{
    Attributes, Event, Kind as SpanKind, Link, Span, SpanId, Status, StatusCode, TraceId,
};

const LIMIT: Duration = Duration::from_secs(20);
/// Set for the copy of this test that gets killed.
const HOLD: &str = "CONTAINERS_HOLD";

fn jaeger(test: &str) -> Option<Jaeger> {
    let image = or_skip(test, image_to_test("jaeger"))?;
    Some(Jaeger::start(&image).expect("a Jaeger"))
}

/// Two linked traces with every kind, an event, an error and attributes of several types.
fn two_traces() -> Vec<Span> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    let now = u64::try_from(now.as_nanos()).expect("this century");
    let kinds = [
        SpanKind::Server,
        SpanKind::Internal,
        SpanKind::Client,
        SpanKind::Producer,
    ];
    let request = trace_id(now, 1);
    let mut spans: Vec<_> = (1u8..)
        .zip(kinds)
        .map(|(index, kind)| {
            let mut span = span(request, index, kind, now);
            span.parent_span_id = (index > 1).then(|| span_id(index - 1));
            span
        })
        .collect();
    spans[1].attributes = Attributes::from_iter([("cars.query", "golf")]);
    spans[1].attributes.set("cars.found", 12_i64);
    spans[2].status = Status {
        code: StatusCode::Error,
        message: "no such car".to_owned(),
    };
    spans[2].events.push(Event {
        name: "exception".to_owned(),
        time_unix_nano: now + 5,
        attributes: Attributes::from_iter([("exception.message", "no such car")]),
    });
    let mut consumer = span(trace_id(now, 2), 9, SpanKind::Consumer, now);
    consumer.links.push(Link {
        trace_id: request,
        span_id: spans[3].span_id,
        trace_state: String::new(),
        attributes: Attributes::new(),
    });
    spans.push(consumer);
    spans
}

fn span(trace: TraceId, index: u8, kind: SpanKind, now: u64) -> Span {
    let mut span = Span::new(trace, span_id(index), "search", &format!("step {index}"));
    span.kind = kind;
    span.start_unix_nano = now + u64::from(index);
    span.end_unix_nano = now + 1_000_000;
    span
}

fn trace_id(now: u64, index: u8) -> TraceId {
    let mut bytes = [index; 16];
    bytes[..8].copy_from_slice(&now.to_be_bytes());
    TraceId::from_bytes(&bytes).expect("an id")
}

fn span_id(index: u8) -> SpanId {
    SpanId::from_bytes(&[index; 8]).expect("an id")
}

/// All spans of the traces of `sent`, once the backend has as many, by id.
fn read_back(client: &Client, sent: &[Span]) -> Vec<Span> {
    let mut traces: Vec<_> = sent.iter().map(|span| span.trace_id).collect();
    traces.dedup();
    let ask = || {
        let answers = traces.iter().map(|id| client.trace(*id));
        let found: Result<Vec<_>, _> = answers.collect();
        let spans: Vec<_> = found.ok()?.into_iter().flatten().flatten().collect();
        (spans.len() >= sent.len()).then_some(spans)
    };
    let mut spans = within(LIMIT, ask).expect("the traces come back");
    spans.sort_by_key(|span| span.span_id);
    spans.iter_mut().for_each(sort_attributes);
    spans
}

/// Attributes are a set: backends give them back in an order of their own.
fn sort_attributes(span: &mut Span) {
    let mut pairs: Vec<_> = span.attributes.iter().collect();
    pairs.sort_by_key(|(key, _)| *key);
    span.attributes = pairs
        .into_iter()
        .map(|(key, value)| (key, value.clone()))
        .collect();
}

#[test]
fn a_trace_comes_back_from_jaeger_as_it_was_sent() {
    let Some(jaeger) = jaeger("a_trace_comes_back_from_jaeger_as_it_was_sent") else {
        return;
    };
    let client = jaeger.client().expect("addresses");
    assert_eq!(client.identify(), Some(Kind::Jaeger));
    let mut sent = two_traces();
    sent.iter_mut().for_each(sort_attributes);
    client.send(&sent).expect("room for spans");
    let found = read_back(&client, &sent);
    assert_eq!(
        found, sent,
        "spans, links, events and times must survive Jaeger"
    );
}

#[test]
fn the_lab_gives_back_the_same_as_jaeger() {
    let lab = Lab::start(&Options::default()).expect("a lab on free ports");
    let client = Client::new(&lab.web(), &lab.otlp_http());
    let mut sent = two_traces();
    sent.iter_mut().for_each(sort_attributes);
    client.send(&sent).expect("room for spans");
    let from_lab = read_back(&client, &sent);
    assert_eq!(from_lab, sent, "the lab must give back what was sent");
    let Some(jaeger) = jaeger("the_lab_gives_back_the_same_as_jaeger") else {
        return;
    };
    let client = jaeger.client().expect("addresses");
    client.send(&sent).expect("room for spans");
    assert_eq!(
        read_back(&client, &sent),
        from_lab,
        "one client, one answer"
    );
    assert_eq!(client.services().expect("services"), ["search"]);
}

#[test]
fn its_ports_are_for_this_machine_only() {
    let Some(jaeger) = jaeger("its_ports_are_for_this_machine_only") else {
        return;
    };
    let ports = docker(&["port", jaeger.id()]).expect("its ports");
    assert_eq!(ports.lines().count(), 2, "{ports}");
    for line in ports.lines() {
        assert!(
            line.contains("-> 127.0.0.1:"),
            "published too widely: {line}"
        );
    }
}

#[test]
fn a_killed_test_leaves_no_container() {
    let test = "a_killed_test_leaves_no_container";
    if env::var_os(HOLD).is_some() {
        return hold(test);
    }
    if or_skip(test, image_to_test("jaeger")).is_none() {
        return;
    }
    let mut child = Command::new(env::current_exe().expect("this test"))
        .args(["--exact", test, "--nocapture"])
        .env(HOLD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test once more");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let started = output.lines().map_while(Result::ok).find_map(|line| {
        let (_, id) = line.split_once("container ")?;
        Some(id.to_owned())
    });
    child.kill().expect("a living process");
    child.wait().expect("its end");
    let id = started.expect("a container");
    let gone = || docker(&["inspect", &id]).is_err().then_some(());
    assert!(
        within(LIMIT, gone).is_some(),
        "container {id} is still there"
    );
}

/// Starts a container, says which, and waits to be killed.
fn hold(test: &str) {
    let jaeger = jaeger(test).expect("the parent looked for it");
    println!("container {}", jaeger.id());
    let mut nothing = Vec::new();
    std::io::stdin().read_to_end(&mut nothing).expect("a pipe");
}
