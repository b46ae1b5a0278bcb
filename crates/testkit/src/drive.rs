//! The harness's own client.

use std::{
    collections::BTreeMap,
    panic,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use reqwest::{Method, blocking};
use serde::de::DeserializeOwned;
use trace_shape::Call;

/// The header that carries the harness's id of a request.
pub const REQUEST_ID_HEADER: &str = "x-request-id";

/// Calls services as `test`, without any telemetry of its own, and measures what a caller sees.
#[derive(Debug)]
pub struct Client {
    http: blocking::Client,
    /// Where the taps before each service are.
    urls: BTreeMap<String, String>,
    deadline: Instant,
    calls: Mutex<Vec<Call>>,
}

/// A call that did not come to an answer; what it says is for the report.
#[derive(Debug)]
pub(crate) struct CallFailed {
    pub(crate) service: String,
    pub(crate) why: String,
    pub(crate) timed_out: bool,
}

impl Client {
    pub(crate) fn new(urls: BTreeMap<String, String>, deadline: Instant) -> Self {
        let http = blocking::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        Self {
            // Building fails only for TLS settings, and there are none.
            http: http.build().unwrap_or_default(),
            urls,
            deadline,
            calls: Mutex::default(),
        }
    }

    /// `GET path` of a service.
    ///
    /// # Panics
    /// When there is no answer: the verdict then says why.
    pub fn get(&self, service: &str, path: &str) -> Reply {
        self.request("GET", service, path).send()
    }

    /// A request with headers and body of its own.
    ///
    /// # Panics
    /// When the test has no such service, or the method is no method.
    pub fn request(&self, method: &str, service: &str, path: &str) -> Request<'_> {
        let Some(url) = self.urls.get(service) else {
            panic!("this test has no service `{service}`");
        };
        let Ok(method) = method.parse::<Method>() else {
            panic!("`{method}` is no method");
        };
        Request {
            client: self,
            service: service.to_owned(),
            what: format!("{method} {path}"),
            request: self.http.request(method, format!("{url}{path}")),
            id: None,
        }
    }

    /// What was called so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let calls = self.calls.lock();
        calls.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, call: Call) {
        let calls = self.calls.lock();
        calls.unwrap_or_else(PoisonError::into_inner).push(call);
    }
}

/// A request before it is sent.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct Request<'a> {
    client: &'a Client,
    service: String,
    /// `GET /cars/7`.
    what: String,
    request: blocking::RequestBuilder,
    id: Option<String>,
}

impl Request<'_> {
    /// Adds a header, beside others of that name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.request = self.request.body(body.into());
        self
    }

    /// Says which of the harness's requests this is, in [`REQUEST_ID_HEADER`] and in the evidence:
    /// spans with that `workshop.request.id` belong to it.
    pub fn tagged(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self.header(REQUEST_ID_HEADER, id)
    }

    /// Sends it and waits for the whole answer, until the time limit of the test.
    ///
    /// # Panics
    /// When there is no answer: the verdict then says why.
    pub fn send(self) -> Reply {
        self.try_send()
            .unwrap_or_else(|failed| panic::resume_unwind(Box::new(failed)))
    }

    fn try_send(self) -> Result<Reply, CallFailed> {
        let left = self
            .client
            .deadline
            .saturating_duration_since(Instant::now());
        let start_unix_nano = now();
        let answer = self
            .request
            .timeout(left.max(Duration::from_millis(1)))
            .send()
            .and_then(Reply::of);
        self.client.note(Call {
            request: self.what.clone(),
            request_id: self.id,
            start_unix_nano,
            end_unix_nano: now(),
        });
        answer.map_err(|error| CallFailed {
            why: format!(
                "{} of {} got no answer: {}",
                self.what,
                self.service,
                causes(&error)
            ),
            service: self.service,
            timed_out: error.is_timeout(),
        })
    }
}

/// The error with what lies behind it: reqwest's own text stops at "error sending request".
fn causes(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}

/// A service's answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Header names, in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

impl Reply {
    fn of(response: blocking::Response) -> reqwest::Result<Self> {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers = response.headers().iter();
        Ok(Self {
            status: response.status().as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            body: response.text()?,
        })
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// What is wrong with it, for `expect`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_str(&self.body)
            .map_err(|error| format!("the body is not what was expected: {error}: {}", self.body))
    }
}
