//! OTLP over real gRPC, with the standard client.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a test that cannot send or read fails")]

mod common;

use common::{lab, request, span};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTracePartialSuccess, ExportTraceServiceRequest,
        trace_service_client::TraceServiceClient,
    },
    trace::v1 as wire,
};
use tonic::{Code, Status, codec::CompressionEncoding, transport::Channel};
use trace_lab::{Lab, Options, store::Limits};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn client(lab: &Lab) -> TraceServiceClient<Channel> {
    let channel = Channel::from_shared(lab.otlp_grpc())
        .unwrap()
        .connect_lazy();
    TraceServiceClient::new(channel).max_encoding_message_size(usize::MAX)
}

fn export(
    lab: &Lab,
    request: ExportTraceServiceRequest,
) -> Result<Option<ExportTracePartialSuccess>, Status> {
    runtime().block_on(async {
        let response = client(lab).export(request).await?;
        Ok(response.into_inner().partial_success)
    })
}

#[test]
fn spans_arrive_plain_and_compressed() {
    let lab = lab();
    assert_eq!(
        export(&lab, request("shop", vec![span(1, 1, "plain")])).unwrap(),
        None
    );
    let zipped = runtime().block_on(async {
        let mut client = client(&lab).send_compressed(CompressionEncoding::Gzip);
        client
            .export(request("shop", vec![span(1, 2, "zipped")]))
            .await
    });
    assert_eq!(zipped.unwrap().into_inner().partial_success, None);
    assert_eq!(lab.store().traces()[0].spans.len(), 2);
    assert_eq!(
        export(&lab, ExportTraceServiceRequest::default()).unwrap(),
        None,
        "empty"
    );
}

#[test]
fn a_span_without_valid_ids_is_a_partial_success() {
    let lab = lab();
    let bad = wire::Span {
        span_id: vec![0; 8],
        ..span(1, 1, "bad")
    };
    let partial = export(&lab, request("shop", vec![bad, span(1, 2, "good")]))
        .unwrap()
        .unwrap();
    assert_eq!(partial.rejected_spans, 1);
    assert!(
        partial.error_message.contains("all zero"),
        "{}",
        partial.error_message
    );
    assert_eq!(lab.store().traces()[0].spans.len(), 1);
}

#[test]
fn a_message_over_the_limit_is_resource_exhausted_without_retry_info() {
    let lab = lab();
    let huge = span(1, 1, &"n".repeat((20 << 20) + 1));
    let status = export(&lab, request("shop", vec![huge])).unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert!(status.details().is_empty());
    let bomb = runtime().block_on(async {
        let mut client = client(&lab).send_compressed(CompressionEncoding::Gzip);
        client
            .export(request("shop", vec![span(1, 1, &"n".repeat(100 << 20))]))
            .await
    });
    assert_eq!(bomb.unwrap_err().code(), Code::ResourceExhausted);
}

#[test]
fn what_cannot_be_decoded_is_invalid_argument() {
    let lab = lab();
    // One gRPC frame: not compressed, three bytes, which are no message.
    let frame = [&[0, 0, 0, 0, 3][..], &[0xff; 3]].concat();
    let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    let answer = raw(&lab, path, "127.0.0.1", frame);
    assert_eq!(answer.0, 200);
    assert_eq!(answer.1.as_deref(), Some("3"));
}

#[test]
fn logs_and_metrics_are_accepted_and_other_methods_are_not() {
    let lab = lab();
    let empty = vec![0; 5];
    for service in ["logs.v1.LogsService", "metrics.v1.MetricsService"] {
        let path = format!("/opentelemetry.proto.collector.{service}/Export");
        assert_eq!(
            raw(&lab, &path, "localhost", empty.clone()).1.as_deref(),
            Some("0"),
            "{path}"
        );
    }
    assert_eq!(
        raw(&lab, "/x.Y/Z", "localhost", empty).1.as_deref(),
        Some("12")
    );
}

#[test]
fn a_foreign_authority_is_refused() {
    let lab = lab();
    let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    assert_eq!(raw(&lab, path, "evil.example", vec![0; 5]).0, 403);
}

#[test]
fn a_full_store_says_when_to_come_back() {
    let limits = Limits {
        bytes: 8 << 10,
        ..Limits::default()
    };
    let lab = Lab::start(&Options {
        limits,
        ..Options::default()
    })
    .unwrap();
    for trace in 1..=4 {
        export(&lab, request("shop", vec![span(trace, 1, "pinned")])).unwrap();
        lab.store().pin(lab.store().traces()[0].id);
    }
    let grown = (2..=100).find_map(|id| {
        let more = (1..=4).map(|trace| span(trace, id, "more")).collect();
        export(&lab, request("shop", more)).err()
    });
    let status = grown.unwrap();
    assert_eq!(status.code(), Code::Unavailable);
    let details = String::from_utf8_lossy(status.details()).into_owned();
    assert!(details.contains("google.rpc.RetryInfo"), "{details}");
}

/// The HTTP status and the `grpc-status` of a hand-made call.
fn raw(lab: &Lab, path: &str, authority: &str, frame: Vec<u8>) -> (u16, Option<String>) {
    use http_body_util::{BodyExt, Full};
    let address = lab.otlp_grpc().replace("http://", "");
    runtime().block_on(async {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let io = hyper_util::rt::TokioIo::new(stream);
        let executor = hyper_util::rt::TokioExecutor::new();
        let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, io)
            .await
            .unwrap();
        tokio::spawn(connection);
        let request = hyper::Request::post(format!("http://{authority}{path}"))
            .header("content-type", "application/grpc")
            .body(Full::new(prost::bytes::Bytes::from(frame)))
            .unwrap();
        let response = sender.send_request(request).await.unwrap();
        let status = response.status().as_u16();
        let early = response.headers().get("grpc-status").cloned();
        let body = response.into_body().collect().await.unwrap();
        let late = body
            .trailers()
            .and_then(|trailers| trailers.get("grpc-status"))
            .cloned();
        let grpc = early
            .or(late)
            .map(|value| value.to_str().unwrap().to_owned());
        (status, grpc)
    })
}
