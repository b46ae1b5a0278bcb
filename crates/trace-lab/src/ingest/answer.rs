//! What a sender is told (OTLP specification, "OTLP/HTTP Response").

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use serde_json::json;

use super::{Encoding, body::MAX_BODY};

/// How many reasons are spelt out in one answer.
const REASONS: usize = 5;

/// Why a whole request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The body is not what its content type says.
    Undecodable(String),
    /// A content type or encoding that is not spoken here.
    Unsupported(String),
    /// Past [`super::MAX_BODY`].
    TooLarge,
    /// The body did not arrive in time.
    Slow,
    /// No room, or too many requests at once.
    Overloaded,
}

impl Problem {
    pub(super) fn content_type(headers: &HeaderMap) -> Self {
        let found = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        let found = String::from_utf8_lossy(found.unwrap_or(b"none")).into_owned();
        Self::Unsupported(format!(
            "Content-Type is {found}; send application/x-protobuf or application/json"
        ))
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Undecodable(_) => StatusCode::BAD_REQUEST,
            Self::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The number that gRPC has for it (`google.rpc.Code`).
    #[must_use]
    pub fn rpc_code(&self) -> i32 {
        match self {
            Self::Undecodable(_) | Self::Unsupported(_) => 3,
            Self::Slow => 4,
            Self::TooLarge => 8,
            Self::Overloaded => 14,
        }
    }

    /// What is wrong and what to do, in a sentence.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Undecodable(why) => format!("this is not an OTLP export request: {why}"),
            Self::Unsupported(why) => why.clone(),
            Self::TooLarge => format!(
                "the request is larger than {} MiB; send smaller batches",
                MAX_BODY >> 20
            ),
            Self::Slow => "the body did not arrive within 10 s".to_owned(),
            Self::Overloaded => "there is no room now; send it again in a second".to_owned(),
        }
    }

    pub(super) fn response(&self, encoding: Option<Encoding>) -> Response {
        let status = RpcStatus {
            code: self.rpc_code(),
            message: self.message(),
        };
        let encoding = encoding.unwrap_or(Encoding::Json);
        let body = match encoding {
            Encoding::Protobuf => status.encode_to_vec(),
            Encoding::Json => json!({ "code": status.code, "message": status.message })
                .to_string()
                .into_bytes(),
        };
        let mut response = respond(self.status(), encoding, body);
        if *self == Self::Overloaded {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if matches!(self, Self::TooLarge | Self::Slow) {
            // The rest of the body is still on its way: nothing sensible can follow it.
            let headers = response.headers_mut();
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// `google.rpc.Status`, without its details.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// The reasons of a partial success in one text, the first few spelt out.
#[must_use]
pub fn summary(rejected: &[String]) -> String {
    let mut text = rejected
        .iter()
        .take(REASONS)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("; ");
    if rejected.len() > REASONS {
        text.push_str(&format!("; and {} more", rejected.len() - REASONS));
    }
    text
}

/// The message of a success, partial where spans were rejected.
pub(super) fn accepted(encoding: Encoding, rejected: &[String]) -> Response {
    let body = match encoding {
        Encoding::Protobuf => partial_success(rejected).encode_to_vec(),
        Encoding::Json => json(rejected).to_string().into_bytes(),
    };
    respond(StatusCode::OK, encoding, body)
}

/// The protobuf message of a success.
pub(crate) fn partial_success(rejected: &[String]) -> ExportTraceServiceResponse {
    let partial = ExportTracePartialSuccess {
        rejected_spans: rejected.len() as i64,
        error_message: summary(rejected),
    };
    ExportTraceServiceResponse {
        partial_success: (!rejected.is_empty()).then_some(partial),
    }
}

fn json(rejected: &[String]) -> serde_json::Value {
    if rejected.is_empty() {
        return json!({});
    }
    json!({ "partialSuccess": {
        "rejectedSpans": rejected.len().to_string(),
        "errorMessage": summary(rejected),
    }})
}

fn respond(status: StatusCode, encoding: Encoding, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let media_type = HeaderValue::from_static(encoding.media_type());
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}
