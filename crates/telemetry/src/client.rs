//! The exporter's HTTP client.

use std::time::Duration;

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};

/// A blocking client without a runtime of its own: it works on the thread that exports, inside of
/// an async runtime and outside.
#[derive(Debug)]
pub(crate) struct Blocking(ureq::Agent);

impl Blocking {
    /// A client that gives one request `limit` from the first byte to the last.
    pub(crate) fn new(limit: Duration) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(limit))
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // The exporter decides what a status means.
            .http_status_as_error(false)
            // A backend that was started again has closed what a pool would keep.
            .max_idle_connections(0);
        Self(agent.build().new_agent())
    }
}

#[async_trait]
impl HttpClient for Blocking {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, body.as_ref());
        // The error of the connection itself: the exporter prints it.
        let answer = self.0.run(request).map_err(ureq::Error::into_io)?;
        let (head, mut body) = answer.into_parts();
        let body = body.read_to_vec().map_err(ureq::Error::into_io)?;
        Ok(Response::from_parts(head, body.into()))
    }
}
