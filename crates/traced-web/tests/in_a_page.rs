//! The module, in a real browser.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Server, TRACE, browser, tree};
use serde_json::json;

const SERVER: &str = "b7ad6b7169203331";

#[test]
fn a_page_goes_on_with_the_trace_of_its_server() {
    let Some(browser) = browser() else { return };
    let server = Server::start();
    let page = browser.visitor().unwrap().open(&server.page("01")).unwrap();
    let asked = page.eval("traced.tracedFetch(load, '/price').then(answer => answer.text())");
    let header = asked.unwrap().as_str().unwrap().to_owned();
    assert_eq!(page.errors(), [""; 0]);
    page.close().unwrap();
    let spans = server.received(5);
    let expected = [
        "SERVER > documentLoad Internal",
        "documentLoad > GET Client",
        "documentLoad > documentFetch Internal",
        "documentLoad > resourceFetch Internal",
        "documentLoad > resourceFetch Internal",
    ];
    assert_eq!(tree(&spans, SERVER), expected);
    let client = spans.iter().find(|span| span.name == "GET").unwrap();
    assert_eq!(header, format!("00-{TRACE}-{}-01", client.span_id));
    assert_eq!(client.attributes.text("server.address"), Some("127.0.0.1"));
    assert_eq!(client.service(), "web");
    let load = spans
        .iter()
        .find(|span| span.name == "documentLoad")
        .unwrap();
    let within = |it: &&trace_model::Span| {
        load.start_unix_nano <= it.start_unix_nano && it.end_unix_nano <= load.end_unix_nano
    };
    let files = spans.iter().filter(|span| span.name.ends_with("Fetch"));
    assert_eq!(files.filter(within).count(), 3, "{spans:?}");
}

#[test]
fn what_waits_is_sent_when_the_page_is_left_by_whatever_way() {
    let Some(browser) = browser() else { return };
    let server = Server::start();
    let visitor = browser.visitor().unwrap();
    for (times, away) in ["close", "go", "close", "go", "close", "go"]
        .iter()
        .enumerate()
    {
        let page = visitor.open(&server.page("01")).unwrap();
        page.eval("traced.startSpan('last word', {parent: load}).end()")
            .unwrap();
        match *away {
            "go" => page.go("about:blank").unwrap(),
            _ => page.close().unwrap(),
        }
        let spans = server.received(5 * (times + 1));
        let last = spans.iter().filter(|span| span.name == "last word");
        assert_eq!(last.count(), times + 1);
    }
}

#[test]
fn what_the_server_does_not_record_the_page_does_not_either() {
    let Some(browser) = browser() else { return };
    let server = Server::start();
    let page = browser.visitor().unwrap().open(&server.page("00")).unwrap();
    let asked = page.eval("traced.tracedFetch(load, '/price').then(answer => answer.text())");
    let header = asked.unwrap().as_str().unwrap().to_owned();
    assert!(header.starts_with(&format!("00-{TRACE}-")), "{header}");
    assert!(header.ends_with("-00"), "{header}");
    page.eval("traced.flush()").unwrap();
    assert_eq!(page.eval("sent").unwrap(), 0);
    // A trace of its own, which this page begins, is another matter.
    page.eval("traced.startSpan('later', {links: [load]}).end()")
        .unwrap();
    page.eval("traced.startSpan('own').end(), traced.flush()")
        .unwrap();
    assert_eq!(page.eval("sent").unwrap(), 1);
    let spans = server.received(1);
    assert_eq!((spans.len(), &*spans[0].name), (1, "own"));
}

#[test]
fn a_request_that_fails_is_an_error_with_a_type() {
    let Some(browser) = browser() else { return };
    let server = Server::start();
    let page = browser.visitor().unwrap().open(&server.page("01")).unwrap();
    page.eval("traced.tracedFetch(load, '/nothing', {method: 'PUT'})")
        .unwrap();
    page.eval("traced.tracedFetch(load, 'http://127.0.0.1:1/').catch(() => 1)")
        .unwrap();
    page.close().unwrap();
    let spans = server.received(6);
    let error = |name: &str| {
        let span = spans.iter().find(|span| span.name == name).unwrap();
        assert_eq!(span.status.code, trace_model::StatusCode::Error, "{span:?}");
        span.attributes.text("error.type").unwrap().to_owned()
    };
    assert_eq!(
        (error("PUT"), error("GET")),
        ("405".to_owned(), "TypeError".to_owned())
    );
}

#[test]
fn a_carrier_is_read_as_it_is_written_and_nothing_else_is() {
    let Some(browser) = browser() else { return };
    let server = Server::start();
    let page = browser.visitor().unwrap().open(&server.page("01")).unwrap();
    let read = |text: &str| {
        page.eval(&format!(
            "traced.extract({{traceparent: {}}}) ?? null",
            json!(text)
        ))
        .unwrap()
    };
    let context = json!({"traceId": TRACE, "spanId": SERVER, "sampled": true});
    assert_eq!(read(&format!("00-{TRACE}-{SERVER}-01")), context);
    let written = page.eval(&format!("traced.inject({context})")).unwrap();
    assert_eq!(
        written,
        json!({"traceparent": format!("00-{TRACE}-{SERVER}-01")})
    );
    let wrong = [
        String::new(),
        format!("00-{TRACE}-{SERVER}"),
        format!("00-{}-{SERVER}-01", TRACE.to_uppercase()),
        format!("00-{TRACE}-{SERVER}-01-02"),
        format!("00-{}-{SERVER}-01", "0".repeat(32)),
        format!("00-{TRACE}-{}-01", "0".repeat(16)),
    ];
    for text in wrong {
        assert_eq!(read(&text), json!(null), "{text}");
    }
    assert_eq!(page.eval("traced.extract() ?? null").unwrap(), json!(null));
}

#[test]
fn a_page_may_send_straight_to_a_backend_that_allows_its_origin() {
    let Some(browser) = browser() else { return };
    let server = Server::start();
    let send = |backend: &str| {
        let page = browser.visitor().unwrap().open(&server.page("01")).unwrap();
        let url = json!(format!("{backend}/v1/traces"));
        page.eval(&format!("traced.settings.url = {url}, traced.flush()"))
            .unwrap();
        page
    };
    let backend = common::lab(&[&server.url]);
    let page = send(&backend.otlp_http());
    common::eventually("the backend knows the page", || {
        backend_knows(&backend, "web")
    });
    assert_eq!(page.errors(), [""; 0]);
    let foreign = common::lab(&["http://127.0.0.1:3000"]);
    let page = send(&foreign.otlp_http());
    common::eventually("the browser refuses", || {
        page.errors().join("").contains("CORS")
    });
    assert!(!backend_knows(&foreign, "web"));
}

fn backend_knows(lab: &trace_lab::Lab, service: &str) -> bool {
    common::body_of(&format!("{}/api/v3/services", lab.web())).contains(&format!("\"{service}\""))
}
