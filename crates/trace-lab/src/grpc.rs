//! OTLP over gRPC: the same path as over HTTP, behind another envelope.
//!
//! The codec hands over the raw bytes of a message, so that there is one decoder for both ways in
//! and a faster one will serve both.

use std::{future::Future, pin::Pin, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{Request, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use prost::{
    Message,
    bytes::{Buf, BufMut, Bytes},
};
use tonic::{
    Code, Status,
    codec::{
        Codec, CompressionEncoding, DecodeBuf, Decoder, EnabledCompressionEncodings, EncodeBuf,
        Encoder,
    },
    metadata::MetadataMap,
    server::{Grpc, UnaryService},
};

use crate::ingest::{self, Encoding, MAX_BODY, Sink};

const PREFIX: &str = "/opentelemetry.proto.collector";

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
        .fallback(async || {
            Status::unimplemented("there is no such method here").into_http::<Body>()
        })
        .with_state(sink)
}

async fn traces(State(sink): State<Arc<dyn Sink>>, request: Request<Body>) -> Response {
    unary(Export { sink: Some(sink) }, request).await
}

async fn other_signal(request: Request<Body>) -> Response {
    unary(Export { sink: None }, request).await
}

async fn unary(export: Export, request: Request<Body>) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc")) {
        let why = "Content-Type must be application/grpc; OTLP/HTTP is on another port\n";
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, why).into_response();
    }
    let mut accepted = EnabledCompressionEncodings::default();
    accepted.enable(CompressionEncoding::Gzip);
    let mut grpc = Grpc::new(Raw)
        .apply_compression_config(accepted, EnabledCompressionEncodings::default())
        .max_decoding_message_size(MAX_BODY);
    grpc.unary(export, request).await.map(Body::new)
}

struct Export {
    /// None for a signal that nobody keeps.
    sink: Option<Arc<dyn Sink>>,
}

impl Export {
    fn export(&self, bytes: &[u8]) -> Result<Bytes, Status> {
        let Some(sink) = &self.sink else {
            return Ok(Bytes::new());
        };
        let decoded = Encoding::Protobuf.decode(bytes).map_err(|why| {
            let problem = ingest::Problem::Undecodable(why);
            sink.refused(&problem.message());
            Status::invalid_argument(problem.message())
        })?;
        let rejected = ingest::deliver(&**sink, decoded).map_err(|ingest::Full| full())?;
        Ok(ingest::partial_success(&rejected).encode_to_vec().into())
    }
}

/// UNAVAILABLE, with the `google.rpc.RetryInfo` that tells an exporter to come back in a second
/// (OTLP specification, "OTLP/gRPC Throttling").
fn full() -> Status {
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
    #[derive(Clone, PartialEq, Message)]
    struct Any {
        #[prost(string, tag = "1")]
        type_url: String,
        #[prost(bytes = "vec", tag = "2")]
        value: Vec<u8>,
    }
    #[derive(Clone, PartialEq, Message)]
    struct RpcStatus {
        #[prost(int32, tag = "1")]
        code: i32,
        #[prost(string, tag = "2")]
        message: String,
        #[prost(message, repeated, tag = "3")]
        details: Vec<Any>,
    }
    let problem = ingest::Problem::Overloaded;
    let retry = RetryInfo {
        retry_delay: Some(Duration { seconds: 1 }),
    };
    let type_url = "type.googleapis.com/google.rpc.RetryInfo".to_owned();
    let details = vec![Any {
        type_url,
        value: retry.encode_to_vec(),
    }];
    let (code, message) = (problem.rpc_code(), problem.message());
    let details = RpcStatus {
        code,
        message: message.clone(),
        details,
    }
    .encode_to_vec();
    Status::with_details_and_metadata(
        Code::Unavailable,
        message,
        details.into(),
        MetadataMap::new(),
    )
}

impl UnaryService<Bytes> for Export {
    type Response = Bytes;
    type Future = Pin<Box<dyn Future<Output = Result<tonic::Response<Bytes>, Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let answer = self.export(request.get_ref());
        Box::pin(async move { answer.map(tonic::Response::new) })
    }
}

/// Messages as bytes.
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
