use axum::{
    extract::{MatchedPath, Request},
    http::StatusCode,
    response::Response,
};
use tracing::{Span, field::Empty, info_span};

/// A span of kind SERVER, named by method and route: never by the path, which holds an id.
pub(crate) fn server(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("", MatchedPath::as_str);
    info_span!(
        "server",
        otel.name = format!("{} {route}", request.method()),
        otel.kind = "server",
        otel.status_code = Empty,
        error.type = Empty,
        http.request.method = %request.method(),
        http.route = route,
        http.response.status_code = Empty,
        url.path = request.uri().path(),
        url.scheme = "http",
    )
}

/// A span of kind CLIENT, named by the method: the caller does not know the other side's routes.
pub(crate) fn client(request: &reqwest::Request, resend: u32) -> Span {
    let url = request.url();
    let span = info_span!(
        "client",
        otel.name = request.method().as_str(),
        otel.kind = "server",
        otel.status_code = Empty,
        error.type = Empty,
        http.request.method = request.method().as_str(),
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        server.address = url.host_str(),
        server.port = url.port_or_known_default().map(i64::from),
        url.full = url.as_str(),
    );
    if resend > 0 {
        span.record("http.request.resend_count", i64::from(resend));
    }
    span
}

/// Records what a server answered; 5xx is its own error, 4xx is the caller's.
pub(crate) fn answered(span: &Span, response: &Response) {
    let status = response.status();
    record(span, status, status.is_server_error());
}

/// Records what a client received; 4xx and 5xx are errors to it, and so is no answer.
pub(crate) fn received(span: &Span, answer: &reqwest::Result<reqwest::Response>) {
    match answer.as_ref().map(reqwest::Response::status) {
        Ok(status) => record(span, status, status.as_u16() >= 400),
        Err(error) => {
            span.record("otel.status_code", "ERROR");
            span.record(
                "error.type",
                if error.is_timeout() {
                    "timeout"
                } else {
                    "_OTHER"
                },
            );
        }
    }
}

fn record(span: &Span, status: StatusCode, is_error: bool) {
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if is_error {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", status.as_str());
    }
}
