//! The span of a call, as the RPC conventions name it (stable since 1.45). Nothing to do in here.

use axum::http::Uri;
use tonic::{Code, Status};
use tracing::{Span, field::Empty, info, info_span};

/// A call, from one side of it.
#[allow(dead_code, reason = "for the gaps")]
pub(crate) struct Call {
    span: Span,
    side: Side,
    messages: u32,
    /// The status with which it ended.
    pub(crate) ended: Option<Code>,
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Client,
    Server,
}

#[allow(dead_code, reason = "for the gaps")]
impl Call {
    /// A call that comes in, below what is current.
    pub(crate) fn answered(method: &'static str) -> Self {
        Self::new(Side::Server, span("server", method))
    }

    /// A call that goes out to `server`, below what is current.
    pub(crate) fn asked(method: &'static str, server: &Uri) -> Self {
        let span = span("client", method);
        span.record("server.address", server.host());
        span.record("server.port", server.port_u16().map(i64::from));
        Self::new(Side::Client, span)
    }

    fn new(side: Side, span: Span) -> Self {
        Self {
            span,
            side,
            messages: 0,
            ended: None,
        }
    }

    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// Records what a stream of messages has come to: one more, an error, or its end.
    pub(crate) fn saw<T>(&mut self, next: &Option<Result<T, Status>>) {
        match next {
            Some(Ok(_)) => {
                self.messages += 1;
                info!(parent: &self.span, workshop.message.id = self.messages, "message");
            }
            Some(Err(status)) => self.end(status.code()),
            None => self.end(Code::Ok),
        }
    }

    /// Records how the call ended; what is told first counts.
    pub(crate) fn end(&mut self, code: Code) {
        if self.ended.is_some() {
            return;
        }
        self.ended = Some(code);
        // A span lasts until it was last entered.
        self.span.in_scope(|| {
            self.span.record("rpc.status_code", name(code));
            if is_error(self.side, code) {
                self.span.record("otel.status_code", "ERROR");
                self.span.record("error.type", name(code));
            }
        });
    }
}

fn span(kind: &str, method: &'static str) -> Span {
    info_span!(
        "call",
        otel.name = method,
        otel.kind = kind,
        otel.status_code = Empty,
        error.type = Empty,
        rpc.system.name = "grpc",
        rpc.method = method,
        rpc.status_code = Empty,
        server.address = Empty,
        server.port = Empty,
    )
}

/// To a client, whatever is not OK is an error. A server answers for its own errors.
fn is_error(side: Side, code: Code) -> bool {
    match code {
        Code::Ok => false,
        Code::Unknown
        | Code::DeadlineExceeded
        | Code::Unimplemented
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => true,
        _ => side == Side::Client,
    }
}

/// The name of a status, as gRPC writes it.
fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
