//! Spans that ended arrive, or shutdown says which did not, where they should have gone and why.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod common;

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use common::{Sink, is_inner, run};
use opentelemetry_sdk::trace::Sampler;
use telemetry::{SHUTDOWN_LIMIT, ShutdownError, TracerProviderBuilder};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

fn ten_spans() {
    for _ in 0..10 {
        tracing::info_span!("work").in_scope(|| {});
    }
}

/// The ten spans arrived, and nothing else did: not even with everything recorded does the exporter
/// trace itself.
fn ten_arrive(test: &str) {
    let (sink, address) = Sink::start();
    let printed = run(test, &[(ENDPOINT, &address), ("RUST_LOG", "trace")]);
    let expected = vec![("shop".to_owned(), "work".to_owned()); 10];
    assert_eq!(sink.spans(), expected, "{printed}");
}

#[test]
fn all_arrive_without_a_runtime() {
    if is_inner() {
        let telemetry = telemetry::init("shop").unwrap();
        ten_spans();
        return telemetry.shutdown().unwrap();
    }
    ten_arrive("all_arrive_without_a_runtime");
}

#[test]
fn all_arrive_from_a_runtime_of_one_thread() {
    if is_inner() {
        let runtime = tokio::runtime::Builder::new_current_thread();
        return in_runtime(runtime);
    }
    ten_arrive("all_arrive_from_a_runtime_of_one_thread");
}

#[test]
fn all_arrive_from_a_runtime_of_several_threads() {
    if is_inner() {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        return in_runtime(runtime);
    }
    ten_arrive("all_arrive_from_a_runtime_of_several_threads");
}

/// Everything inside the runtime, shutdown too.
fn in_runtime(mut runtime: tokio::runtime::Builder) {
    runtime.enable_all().build().unwrap().block_on(async {
        let telemetry = telemetry::init("shop").unwrap();
        tokio::spawn(async { ten_spans() }).await.unwrap();
        telemetry.shutdown().unwrap();
    });
}

#[test]
fn a_guard_that_is_dropped_delivers() {
    if is_inner() {
        let _telemetry = telemetry::init("shop").unwrap();
        return ten_spans();
    }
    ten_arrive("a_guard_that_is_dropped_delivers");
}

#[test]
fn the_environment_names_the_service() {
    const TEST: &str = "the_environment_names_the_service";
    if is_inner() {
        let telemetry = telemetry::init("shop").unwrap();
        ten_spans();
        return telemetry.shutdown().unwrap();
    }
    let (sink, address) = Sink::start();
    let traces = format!("{address}/v1/traces");
    let variables = [
        ("OTEL_SERVICE_NAME", "other"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &traces),
        (ENDPOINT, "http://127.0.0.1:1"),
    ];
    run(TEST, &variables);
    assert_eq!(sink.spans()[0].0, "other");
}

/// Shuts down, prints the error, and holds the bound.
fn lose_ten() {
    let telemetry = telemetry::init("shop").unwrap();
    ten_spans();
    let started = Instant::now();
    let error = telemetry.shutdown().unwrap_err();
    let took = started.elapsed();
    assert!(took < SHUTDOWN_LIMIT + Duration::from_secs(1), "{took:?}");
    println!("after {took:?}: {error}");
}

#[test]
fn a_refused_connection_is_told() {
    if is_inner() {
        return lose_ten();
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let printed = run("a_refused_connection_is_told", &[(ENDPOINT, &address)]);
    let said = format!("10 of 10 spans were not delivered to {address}/v1/traces: ");
    assert!(printed.contains(&said), "{printed}");
    println!("{printed}");
}

#[test]
fn a_backend_that_never_answers_is_told_in_time() {
    if is_inner() {
        return lose_ten();
    }
    // It listens, and so the system accepts; nobody ever reads.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let test = "a_backend_that_never_answers_is_told_in_time";
    let printed = run(test, &[(ENDPOINT, &address)]);
    assert!(
        printed.contains("10 of 10 spans were not delivered"),
        "{printed}"
    );
    assert!(printed.contains(&address), "{printed}");
    println!("{printed}");
}

#[test]
fn a_full_queue_is_told_with_the_number_that_is_lost() {
    const TEST: &str = "a_full_queue_is_told_with_the_number_that_is_lost";
    if is_inner() {
        let telemetry = telemetry::init("shop").unwrap();
        for _ in 0..100_000 {
            tracing::info_span!("work").in_scope(|| {});
        }
        match telemetry.shutdown() {
            Err(ShutdownError::NotDelivered {
                ended, delivered, ..
            }) => {
                println!("ended={ended} delivered={delivered}=");
            }
            other => panic!("100 000 spans in a moment fit: {other:?}"),
        }
        return;
    }
    let (sink, address) = Sink::start();
    let printed = run(TEST, &[(ENDPOINT, &address)]);
    let arrived = sink.spans().len();
    let said = format!("ended=100000 delivered={arrived}=");
    assert!(printed.contains(&said), "{arrived} arrived: {printed}");
}

#[test]
fn a_second_pipeline_is_refused() {
    if is_inner() {
        let _first = telemetry::init("shop").unwrap();
        let error = telemetry::init("shop").unwrap_err();
        return println!("{error}");
    }
    let (_, address) = Sink::start();
    let printed = run("a_second_pipeline_is_refused", &[(ENDPOINT, &address)]);
    assert!(
        printed.contains("global tracing subscriber already"),
        "{printed}"
    );
}

#[test]
fn an_endpoint_that_is_no_address_is_refused() {
    if is_inner() {
        let error = telemetry::init("shop").unwrap_err();
        return println!("{error}");
    }
    let test = "an_endpoint_that_is_no_address_is_refused";
    let printed = run(test, &[(ENDPOINT, "no address")]);
    assert!(
        printed.contains("no exporter could be built for no address/v1/traces"),
        "{printed}"
    );
}

#[test]
fn a_service_has_a_sampler_of_its_own() {
    if is_inner() {
        let never = |provider: TracerProviderBuilder| provider.with_sampler(Sampler::AlwaysOff);
        let telemetry = telemetry::init_with("shop", never).unwrap();
        ten_spans();
        return telemetry.shutdown().unwrap();
    }
    let (sink, address) = Sink::start();
    let printed = run(
        "a_service_has_a_sampler_of_its_own",
        &[(ENDPOINT, &address)],
    );
    assert_eq!(sink.spans(), [], "{printed}");
}
