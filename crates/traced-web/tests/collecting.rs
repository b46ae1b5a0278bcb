//! What a server takes from pages, and what it refuses.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use trace_lab::Receiver;
use traced_web::{Collect, Limits, collect};

const WITHIN: Duration = Duration::from_secs(10);
const SPAN: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{
    "traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"documentLoad",
    "kind":1,"startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]}"#;
const LIMITS: Limits = Limits {
    body: 400,
    per_second: 0,
    burst: 3,
};

/// A server that passes on to `backend`.
async fn server(backend: &str) -> String {
    let to = Collect {
        backend: format!("{backend}/v1/traces"),
        origins: vec!["https://cars.example".to_owned()],
        limits: LIMITS,
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, collect(to)).await });
    url
}

/// Spans from a page of that origin.
fn from(origin: &str, server: &str) -> RequestBuilder {
    let request = reqwest::Client::new().post(format!("{server}/v1/traces"));
    let request = request.header("content-type", "application/json");
    request.header("origin", origin).body(SPAN)
}

async fn status(request: RequestBuilder) -> StatusCode {
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn what_its_own_pages_send_is_passed_on_up_to_a_limit() {
    let backend = Receiver::start().unwrap();
    let server = server(&backend.otlp_http()).await;
    let sent = || from(&server, &server);
    assert_eq!(status(sent()).await, StatusCode::OK);
    assert!(backend.wait_until(WITHIN, |spans| spans.len() == 1));
    assert_eq!(backend.spans()[0].name, "documentLoad");
    let long = sent().body(SPAN.to_owned() + &" ".repeat(LIMITS.body));
    assert_eq!(status(long).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(status(sent().body("{")).await, StatusCode::BAD_REQUEST);
    let late = sent().send().await.unwrap();
    assert_eq!(late.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(late.headers()["retry-after"], "1");
    assert_eq!(backend.spans().len(), 1);
}

#[tokio::test]
async fn a_foreign_page_is_refused_and_one_that_is_named_is_not() {
    let backend = Receiver::start().unwrap();
    let server = server(&backend.otlp_http()).await;
    for origin in [
        "https://evil.example",
        "https://cars.example.evil.example",
        "null",
        "http://cars.example",
    ] {
        assert_eq!(
            status(from(origin, &server)).await,
            StatusCode::FORBIDDEN,
            "{origin}"
        );
    }
    let nobody = reqwest::Client::new()
        .post(format!("{server}/v1/traces"))
        .body(SPAN);
    assert_eq!(status(nobody).await, StatusCode::FORBIDDEN);
    let named = from("https://cars.example", &server).send().await.unwrap();
    assert_eq!(named.status(), StatusCode::OK);
    assert_eq!(
        named.headers()["access-control-allow-origin"],
        "https://cars.example"
    );
    assert_eq!(named.headers()["vary"], "origin");
    assert!(backend.wait_until(WITHIN, |spans| spans.len() == 1));
}

#[tokio::test]
async fn a_browser_that_asks_first_hears_who_may() {
    let server = server("http://127.0.0.1:1").await;
    let ask = |origin: &str| {
        let request =
            reqwest::Client::new().request(Method::OPTIONS, format!("{server}/v1/traces"));
        request.header("origin", origin).send()
    };
    assert_eq!(
        ask("https://evil.example").await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    let named = ask("https://cars.example").await.unwrap();
    assert_eq!(named.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        named.headers()["access-control-allow-headers"],
        "content-type"
    );
}

#[tokio::test]
async fn text_is_no_json_and_a_backend_that_is_gone_is_told() {
    let server = server("http://127.0.0.1:1").await;
    let text = reqwest::Client::new().post(format!("{server}/v1/traces"));
    let text = text
        .header("origin", &server)
        .header("content-type", "text/plain")
        .body(SPAN);
    assert_eq!(status(text).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(
        status(from(&server, &server)).await,
        StatusCode::BAD_GATEWAY
    );
}
