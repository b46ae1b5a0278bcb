//! The harness's own client.

use std::{
    collections::BTreeMap,
    ops::RangeInclusive,
    panic,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use trace_lab::Receiver;
use trace_shape::{Call, Crossing, HARNESS};
use ureq::{
    AsSendBody,
    http::{self, Method},
};

use crate::{
    guest::Left, processes::Processes, reply::Reply, stage::Stage, tap::Log, unsampled,
    wires::Wires,
};

/// The header that carries the harness's id of a request.
pub const REQUEST_ID_HEADER: &str = "x-request-id";

/// Calls services as `test`, without any telemetry of its own, and measures what a caller sees.
#[derive(Debug)]
pub struct Client {
    http: ureq::Agent,
    /// Where the taps before each service are.
    urls: BTreeMap<String, String>,
    deadline: Instant,
    calls: Mutex<Vec<Call>>,
    /// When callers asked that nobody records, in nanoseconds since the Unix epoch.
    unsampled: Mutex<Vec<RangeInclusive<u64>>>,
    processes: Arc<Processes>,
    wire: Arc<Log>,
    /// Where the taps are that lead from each guest to each service.
    of_guests: BTreeMap<String, BTreeMap<String, String>>,
    left: Left,
    receiver: Arc<Receiver>,
}

/// A call that did not come to an answer; what it says is for the report.
#[derive(Debug)]
pub(crate) struct CallFailed {
    pub(crate) service: String,
    pub(crate) why: String,
    pub(crate) timed_out: bool,
}

impl Client {
    pub(crate) fn new(wires: &Wires, stage: &Stage, guests: &[String]) -> Self {
        let http = ureq::Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // One connection a request, as a tap counts them.
            .max_idle_connections(0);
        Self {
            http: http.build().new_agent(),
            urls: wires.urls(HARNESS),
            deadline: stage.deadline,
            calls: Mutex::default(),
            unsampled: Mutex::default(),
            processes: stage.processes(),
            wire: wires.log(),
            of_guests: guests
                .iter()
                .map(|guest| (guest.clone(), wires.urls(guest)))
                .collect(),
            left: Left::default(),
            receiver: stage.receiver(),
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
            request: http::Request::builder()
                .method(method)
                .uri(format!("{url}{path}")),
            body: None,
            id: None,
            unsampled: false,
        }
    }

    /// Waits until what crossed between the services is as it is asked for.
    ///
    /// # Panics
    /// When it is not by the time limit of the test: the verdict then says `what` was waited for.
    pub fn until(&self, what: &str, crossed: impl Fn(&[Crossing]) -> bool) {
        if self.wire.wait(self.deadline, crossed) {
            return;
        }
        panic::resume_unwind(Box::new(CallFailed {
            service: HARNESS.to_owned(),
            why: format!("{what}: that did not happen in time"),
            timed_out: true,
        }));
    }

    pub(crate) fn processes(&self) -> &Processes {
        &self.processes
    }

    pub(crate) fn urls_of(&self, guest: &str) -> BTreeMap<String, String> {
        self.of_guests.get(guest).cloned().unwrap_or_default()
    }

    pub(crate) fn left(&self) -> &Left {
        &self.left
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    pub(crate) fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    /// What was called so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let calls = self.calls.lock();
        calls.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When it was asked with [`Request::unsampled`].
    pub(crate) fn unsampled(&self) -> Vec<RangeInclusive<u64>> {
        let unsampled = self.unsampled.lock();
        unsampled.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_unsampled(&self, call: &Call) {
        let unsampled = self.unsampled.lock();
        let time = call.start_unix_nano..=call.end_unix_nano;
        unsampled.unwrap_or_else(PoisonError::into_inner).push(time);
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
    request: http::request::Builder,
    body: Option<String>,
    id: Option<String>,
    unsampled: bool,
}

impl Request<'_> {
    /// Adds a header, beside others of that name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Says which of the harness's requests this is, in [`REQUEST_ID_HEADER`] and in the evidence:
    /// spans with that `workshop.request.id` belong to it.
    pub fn tagged(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self.header(REQUEST_ID_HEADER, id)
    }

    /// Sends it as a caller whose trace nobody records: `traceparent` ends with `-00`. Nobody may record
    /// what is done for it, or tell others to; the verdict looks after that by itself, and the shape has
    /// no line for it.
    ///
    /// To be sent while nothing else goes on: a trace that a service begins in the meantime is taken
    /// for one that lost this caller.
    pub fn unsampled(mut self) -> Self {
        self.unsampled = true;
        self.header("traceparent", unsampled::TRACEPARENT)
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
        let limit = left.max(Duration::from_millis(1));
        let http = &self.client.http;
        let answer = match self.body {
            None => exchange(http, self.request.body(()), limit),
            Some(body) => exchange(http, self.request.body(body), limit),
        };
        let call = Call {
            request: self.what.clone(),
            request_id: self.id,
            start_unix_nano,
            end_unix_nano: now(),
        };
        if self.unsampled {
            self.client.note_unsampled(&call);
        }
        self.client.note(call);
        answer.map_err(|error| CallFailed {
            timed_out: matches!(error, ureq::Error::Timeout(_)),
            why: format!(
                "{} of {} got no answer{}",
                self.what,
                self.service,
                why_not(error)
            ),
            service: self.service,
        })
    }
}

/// The end of a sentence about an answer that did not come.
fn why_not(error: ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => " before the time of the test was over".to_owned(),
        error => format!(": {}", error.into_io()),
    }
}

fn exchange(
    http: &ureq::Agent,
    request: http::Result<http::Request<impl AsSendBody>>,
    limit: Duration,
) -> Result<Reply, ureq::Error> {
    let request = http.configure_request(request?);
    let request = request.timeout_global(Some(limit)).build();
    Reply::of(http.run(request)?)
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}
