//! Either signal that asks a process to stop leaves time for its spans.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod common;

use std::io::{BufRead, BufReader};

use common::{Sink, is_inner, start};
use rustix::process::{Pid, Signal, kill_process};

/// A service that makes ten spans, says so, and stops when it is asked to.
#[tokio::main]
async fn serve() {
    let telemetry = telemetry::init("shop").unwrap();
    for _ in 0..10 {
        tracing::info_span!("work").in_scope(|| {});
    }
    let stop = telemetry::stop_signal();
    tokio::pin!(stop);
    // The handlers are there once the future was polled.
    std::future::poll_fn(|context| {
        let _ = stop.as_mut().poll(context);
        std::task::Poll::Ready(())
    })
    .await;
    println!("ready");
    println!("stopped by {}", stop.await.unwrap());
    tokio::task::spawn_blocking(|| telemetry.shutdown().unwrap())
        .await
        .unwrap();
}

fn ten_arrive_after(signal: Signal, name: &str, test: &str) {
    let (sink, address) = Sink::start();
    let mut service = start(test, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &address)]);
    let mut lines = BufReader::new(service.stdout.take().unwrap()).lines();
    let said = |line: &Result<String, _>| line.as_ref().is_ok_and(|line| line.contains("ready"));
    assert!(lines.any(|line| said(&line)), "it never became ready");
    kill_process(Pid::from_child(&service), signal).unwrap();
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert!(service.wait().unwrap().success(), "{rest:?}");
    let stopped = format!("stopped by {name}");
    assert!(rest.iter().any(|line| line.contains(&stopped)), "{rest:?}");
    assert_eq!(sink.spans().len(), 10);
}

#[test]
fn spans_arrive_after_sigterm() {
    if is_inner() {
        return serve();
    }
    ten_arrive_after(Signal::TERM, "SIGTERM", "spans_arrive_after_sigterm");
}

#[test]
fn spans_arrive_after_ctrl_c() {
    if is_inner() {
        return serve();
    }
    ten_arrive_after(Signal::INT, "SIGINT", "spans_arrive_after_ctrl_c");
}
