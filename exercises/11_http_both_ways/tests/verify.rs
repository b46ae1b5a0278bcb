//! A request is one trace across processes, and goes on with the trace of a caller that has one.

use std::{io, net::TcpListener};

use axum::{Router, http::StatusCode, routing::get};
use marketplace::Car;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry_http::HeaderInjector;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use testkit::{Code, Diagnosis, Fact, Seen, exercise, expect_eq};
use tracing::{Instrument, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

#[test]
fn a_request_is_one_trace_across_processes_whatever_it_ends_in() {
    exercise!()
        // What one request leaves behind on its thread, the next one finds.
        .variable("TOKIO_WORKER_THREADS", "1")
        .service("inventory", |place| {
            http_both_ways::inventory(place.listener())
        })
        .service("search", |place| {
            http_both_ways::search(place.listener(), place.url("inventory"))
        })
        .service("web", |place| web(place.listener(), place.url("search")))
        .drive(|client| {
            let found = client.get("web", "/");
            let others = ["/cars/99", "/cars/13", "/cars/5", "/cars/107"];
            let others = others.map(|path| client.get("search", path));
            let unsampled = client.request("GET", "search", "/cars/8").unsampled();
            (found, others, unsampled.send().status)
        })
        .expect(|(found, others, unsampled)| {
            let statuses = others.each_ref().map(|reply| reply.status);
            let why = "the answers must stay as they are";
            let told = (found.status, statuses, *unsampled);
            expect_eq(told, (200, [404, 502, 200, 200], 200), why)?;
            let car: Car = found.json()?;
            expect_eq((car.id, car.price_eur), (7, 17_500), why)
        })
        .fact(by_the_standard_header)
        .verdict(include_str!("../expected.shape"));
}

/// A caller with a trace and a propagator of its own.
async fn web(listener: TcpListener, search: String) -> io::Result<()> {
    let routes = Router::new().route("/", get(move || ask(format!("{search}/cars/7"))));
    axum::serve(tokio::net::TcpListener::from_std(listener)?, routes).await
}

async fn ask(url: String) -> Result<String, StatusCode> {
    let span = info_span!("client", otel.name = "GET", otel.kind = "client");
    let sent = async {
        let client = reqwest::Client::new();
        let mut request = client.get(url).build()?;
        let mut headers = HeaderInjector(request.headers_mut());
        TraceContextPropagator::new().inject_context(&span.context(), &mut headers);
        client.execute(request).await?.text().await
    };
    let sent = sent.instrument(span.clone()).await;
    sent.map_err(|_| StatusCode::BAD_GATEWAY)
}

/// What joins the two services is a `traceparent` header, which any other service understands.
fn by_the_standard_header(seen: &Seen) -> Fact {
    let joined = seen.forest().trace_ids().len() == 5;
    let mut asked = seen
        .crossings()
        .iter()
        .filter(|crossing| crossing.to == "inventory");
    match asked.find(|crossing| joined && crossing.header("traceparent").is_none()) {
        None => Ok(()),
        Some(crossing) => {
            let message = format!("search sent no `traceparent` with `{}`", crossing.request);
            Err(Diagnosis::new(Code::LostContext, message).into())
        }
    }
}
