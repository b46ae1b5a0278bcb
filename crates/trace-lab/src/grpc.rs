//! OTLP over gRPC: the same path as over HTTP, behind another envelope.
//!
//! A unary call is one message in a frame of five more bytes. Reading that here, rather than
//! through a gRPC framework, gives both ways in one reader with one limit and one decoder, and
//! the answers that OTLP asks for (see docs/adr/003-trace-lab.md).

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Request, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use http_body_util::{BodyExt, Full};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use prost::Message;

use crate::ingest::{self, Encoding, Full as StoreFull, MAX_BODY, Problem, Sink, Turns};

const PREFIX: &str = "/opentelemetry.proto.collector";
/// `google.rpc.Code`: there is no such method.
const UNIMPLEMENTED: i32 = 12;
/// One byte that says whether the message is compressed, and four of its length.
const FRAME_HEAD: usize = 5;

/// The three export services; spans go to `sink`, logs and metrics are accepted and dropped.
pub(crate) fn router(sink: Arc<dyn Sink>) -> Router {
    Router::new()
        .route(
            &format!("{PREFIX}.trace.v1.TraceService/Export"),
            post(traces),
        )
        .route(
            &format!("{PREFIX}.logs.v1.LogsService/Export"),
            post(other_signal),
        )
        .route(
            &format!("{PREFIX}.metrics.v1.MetricsService/Export"),
            post(other_signal),
        )
        .fallback(async || failed(UNIMPLEMENTED, "there is no such method here", None))
        .with_state(Shared {
            sink,
            turns: Turns::new(),
        })
}

#[derive(Clone)]
struct Shared {
    sink: Arc<dyn Sink>,
    turns: Turns,
}

async fn traces(State(shared): State<Shared>, request: Request<Body>) -> Response {
    if let Some(refusal) = not_grpc(request.headers()) {
        return refusal;
    }
    match export(&shared, request).await {
        Ok(rejected) => succeeded(&ingest::partial_success(&rejected).encode_to_vec()),
        Err(problem) => {
            shared.sink.refused(&problem.message());
            let retry = (problem == Problem::Overloaded).then(retry_info);
            failed(problem.rpc_code(), &problem.message(), retry)
        }
    }
}

async fn export(shared: &Shared, request: Request<Body>) -> Result<Vec<String>, Problem> {
    let _turn = shared.turns.take().await?;
    let bytes = message(request).await?;
    let decoded = Encoding::Protobuf
        .decode(&bytes)
        .map_err(Problem::Undecodable)?;
    ingest::deliver(&*shared.sink, decoded).map_err(|StoreFull| Problem::Overloaded)
}

async fn other_signal(State(shared): State<Shared>, request: Request<Body>) -> Response {
    if let Some(refusal) = not_grpc(request.headers()) {
        return refusal;
    }
    let read = async {
        let _turn = shared.turns.take().await?;
        message(request).await
    };
    match read.await {
        Ok(_) => succeeded(&[]),
        Err(problem) => failed(problem.rpc_code(), &problem.message(), None),
    }
}

/// What is no gRPC call is told so in plain HTTP.
fn not_grpc(headers: &HeaderMap) -> Option<Response> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .map_or(&b""[..], HeaderValue::as_bytes);
    let rest = kind.strip_prefix(b"application/grpc");
    let right = rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'+' || rest[0] == b';');
    let why = "Content-Type must be application/grpc; OTLP/HTTP is on another port\n";
    (!right).then(|| (StatusCode::UNSUPPORTED_MEDIA_TYPE, why).into_response())
}

/// The one message of a unary call, decompressed.
async fn message(request: Request<Body>) -> Result<Vec<u8>, Problem> {
    let name = request.headers().get("grpc-encoding").cloned();
    let body = ingest::collect_in_time(request.into_body(), MAX_BODY + FRAME_HEAD).await?;
    let wrong = |why: &str| Problem::Undecodable(why.to_owned());
    let (head, message) = body
        .split_first_chunk::<FRAME_HEAD>()
        .ok_or_else(|| wrong("the gRPC frame is cut short"))?;
    let [compressed, length @ ..] = *head;
    if u32::from_be_bytes(length) as usize != message.len() {
        return Err(wrong(
            "the length in the gRPC frame is not that of its message",
        ));
    }
    match (compressed, name.as_ref().map(HeaderValue::as_bytes)) {
        (0, _) => Ok(message.to_vec()),
        (1, Some(b"gzip")) => ingest::gunzip(message),
        _ => Err(wrong(
            "grpc-encoding is not understood here; send gzip or none",
        )),
    }
}

fn succeeded(message: &[u8]) -> Response {
    let length = u32::try_from(message.len())
        .unwrap_or(u32::MAX)
        .to_be_bytes();
    let frame = [&[0], &length[..], message].concat();
    let trailers =
        HeaderMap::from_iter([(header::HeaderName::from_static("grpc-status"), 0.into())]);
    let body = Full::from(frame).with_trailers(async move { Some(Ok(trailers)) });
    grpc(Body::new(body))
}

/// A failure without a message: its trailers are the headers ("Trailers-Only").
fn failed(code: i32, message: &str, details: Option<Any>) -> Response {
    let mut response = grpc(Body::empty());
    let headers = response.headers_mut();
    headers.insert("grpc-status", code.into());
    let mut set = |name: &'static str, text: &str| {
        // Percent and base64 letters always are a header's.
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    };
    set(
        "grpc-message",
        &utf8_percent_encode(message, NON_ALPHANUMERIC).to_string(),
    );
    if let Some(any) = details {
        let status = Status {
            code,
            message: message.to_owned(),
            details: vec![any],
        };
        set(
            "grpc-status-details-bin",
            &BASE64_STANDARD_NO_PAD.encode(status.encode_to_vec()),
        );
    }
    response
}

fn grpc(body: Body) -> Response {
    let kind = HeaderValue::from_static("application/grpc");
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo` of one second: without it an exporter must not send the spans again
/// (OTLP specification, "OTLP/gRPC Throttling").
fn retry_info() -> Any {
    #[derive(Clone, PartialEq, Message)]
    struct Duration {
        #[prost(int64, tag = "1")]
        seconds: i64,
    }
    #[derive(Clone, PartialEq, Message)]
    struct RetryInfo {
        #[prost(message, optional, tag = "1")]
        retry_delay: Option<Duration>,
    }
    let info = RetryInfo {
        retry_delay: Some(Duration { seconds: 1 }),
    };
    let type_url = "type.googleapis.com/google.rpc.RetryInfo".to_owned();
    Any {
        type_url,
        value: info.encode_to_vec(),
    }
}
