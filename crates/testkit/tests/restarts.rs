//! A service that was killed is started again, and nobody who calls it has to know.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod common;

use std::{
    io::{Read, Write},
    net::TcpListener,
    process, thread,
};

use common::judged;
use testkit::expect_eq;
use trace_model::Span;

/// Answers each request with the number of its process, within a span.
async fn serve(listener: TcpListener) {
    listener.set_nonblocking(false).unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let id = process::id().to_string();
            tracing::info_span!("answer").in_scope(|| tracing::info_span!("count").in_scope(|| ()));
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", id.len());
            let _ = stream.write_all((head + &id).as_bytes());
        }
    });
    std::future::pending().await
}

#[test]
fn a_service_that_was_killed_is_another_process_by_the_same_address() {
    const EACH: &str = "search internal \"answer\" x2\n  search internal \"count\"\n";
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .variable("OTEL_BSP_SCHEDULE_DELAY", "50")
            .service("search", |place| serve(place.listener()))
            .drive(|client| {
                let first = client.get("search", "/").body;
                let settled = client.settled("search");
                let here = client.received(|spans: &[Span]| spans.len() == 2);
                client.kill("search");
                client.start_again("search");
                let second = client.get("search", "/").body;
                (settled, here, first == second)
            })
            .expect(|told| expect_eq(*told, (true, true, false), "another process, no span lost"))
            .verdict(EACH);
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
    assert_eq!(run.spans.len(), 4, "{}", run.printed);
    assert_eq!(run.record.exits.len(), 1, "{}", run.printed);
}

#[test]
fn a_span_that_is_open_is_not_settled() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .service("search", |place| {
                let span = tracing::info_span!("for ever");
                async move {
                    serve(place.listener()).await;
                    drop(span)
                }
            })
            .drive(|client| {
                client.get("search", "/");
                client.settled("search")
            })
            .expect(|settled| expect_eq(*settled, false, "something is still open"))
            .verdict("? search internal \"never\"\n");
    }) else {
        return;
    };
    let wrong = run.codes().contains(&trace_shape::Code::WrongAnswer);
    assert!(!wrong, "{}", run.printed);
}
