//! One client for the lab and for Jaeger 2: who answers, send spans, look traces up.

mod error;
mod query;

use std::{collections::HashSet, time::Duration};

use serde::{Deserialize, de::DeserializeOwned};
use trace_model::{Span, TraceId, otlp_json};
use ureq::{Agent, Body, http::Response};

pub use error::ClientError;
pub use query::Query;

/// Both are on this machine: what takes longer is not there.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
const IDENTIFY_LIMIT: Duration = Duration::from_secs(2);
/// Spans in one request, which stays far below the 20 MiB of the lab and of Jaeger.
const BATCH: usize = 1_000;
/// The greatest answer that is read, in bytes: some times what the lab keeps of one trace.
const LARGEST: u64 = 256 << 20;

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The embedded lab, with its version.
    Lab(String),
    /// A Jaeger of version 2.
    Jaeger,
}

/// An operation of a service.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// The span name.
    pub name: String,
    /// The span kind, in lower case; empty where the backend does not say.
    #[serde(default, alias = "span_kind")]
    pub span_kind: String,
}

/// A trace backend by its addresses. Each method blocks until the answer is there.
#[derive(Clone, Debug)]
pub struct Client {
    http: Agent,
    web: String,
    otlp_http: String,
}

#[derive(Deserialize)]
struct Health {
    kind: String,
    version: String,
}

#[derive(Deserialize)]
struct Services {
    services: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Operations {
    operations: Option<Vec<Operation>>,
}

impl Client {
    /// A client of the backend whose query API is at `web` (`http://127.0.0.1:16686`) and which
    /// takes OTLP/HTTP at `otlp_http` (`http://127.0.0.1:4318`). Nothing is asked yet.
    #[must_use]
    pub fn new(web: &str, otlp_http: &str) -> Self {
        let http = Agent::config_builder()
            .proxy(None)
            .timeout_connect(Some(CONNECT_LIMIT))
            .timeout_global(Some(ANSWER_LIMIT))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // A backend may have been started again since the last request.
            .max_idle_connections(0);
        Self {
            http: http.build().new_agent(),
            web: web.trim_end_matches('/').to_owned(),
            otlp_http: otlp_http.trim_end_matches('/').to_owned(),
        }
    }

    /// Who answers at `web`; none when nobody does, or somebody who is neither.
    #[must_use]
    pub fn identify(&self) -> Option<Kind> {
        let ask = |path: &str| {
            let request = self.http.get(format!("{}{path}", self.web)).config();
            let sent = request.timeout_global(Some(IDENTIFY_LIMIT)).build().call();
            sent.ok()?.into_body().read_to_string().ok()
        };
        // Jaeger answers any path with its start page, so the content decides.
        let health = serde_json::from_str::<Health>(&ask("/lab/health")?);
        if let Some(health) = health.ok().filter(|health| health.kind == "lab") {
            return Some(Kind::Lab(health.version));
        }
        serde_json::from_str::<Services>(&ask("/api/v3/services")?)
            .ok()
            .map(|_| Kind::Jaeger)
    }

    /// Sends spans as OTLP JSON.
    ///
    /// # Errors
    /// When nobody answers, the backend refuses, or it keeps only a part
    /// ([`ClientError::Partial`], with its reason).
    pub fn send(&self, spans: &[Span]) -> Result<(), ClientError> {
        spans
            .chunks(BATCH)
            .try_for_each(|batch| self.send_batch(batch))
    }

    fn send_batch(&self, spans: &[Span]) -> Result<(), ClientError> {
        let url = format!("{}/v1/traces", self.otlp_http);
        let request = self
            .http
            .post(&url)
            .header("content-type", "application/json");
        let sent = request.send(otlp_json::to_text(spans));
        let what = "room for spans";
        let answer = text(checked(sent, what, &url)?, what, &url)?;
        // Jaeger answers `{"partialSuccess":{}}` when all is well.
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap_or_default();
        let partial = &answer["partialSuccess"];
        let rejected = &partial["rejectedSpans"];
        let rejected = rejected
            .as_u64()
            .or_else(|| rejected.as_str()?.parse().ok());
        let message = partial["errorMessage"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        match rejected.unwrap_or(0) {
            0 if message.is_empty() => Ok(()),
            rejected => Err(ClientError::Partial {
                url,
                rejected,
                message,
            }),
        }
    }

    /// The spans of a trace; none when the backend does not have it.
    ///
    /// # Errors
    /// When nobody answers, or the answer is not a trace.
    pub fn trace(&self, id: TraceId) -> Result<Option<Vec<Span>>, ClientError> {
        self.spans("a trace", format!("{}/api/v3/traces/{id}", self.web))
    }

    /// The spans of the traces that fit, trace after trace; empty when none does. Jaeger 2.13
    /// does not look at attributes: of the traces that it finds, those that fit are kept here.
    ///
    /// # Errors
    /// When nobody answers, or the answer is not a list of traces.
    pub fn search(&self, query: &Query) -> Result<Vec<Span>, ClientError> {
        let url = format!("{}/api/v3/traces?{}", self.web, query.parameters());
        let mut spans = self.spans("traces", url)?.unwrap_or_default();
        if !query.attributes.is_empty() {
            let fit = spans.iter().filter(|span| query.fits(span));
            let fit: HashSet<TraceId> = fit.map(|span| span.trace_id).collect();
            spans.retain(|span| fit.contains(&span.trace_id));
        }
        Ok(spans)
    }

    /// The names of all services.
    ///
    /// # Errors
    /// When nobody answers, or the answer is not a list of services.
    pub fn services(&self) -> Result<Vec<String>, ClientError> {
        let url = format!("{}/api/v3/services", self.web);
        let answer: Services = self.json("the services", &url)?;
        Ok(answer.services.unwrap_or_default())
    }

    /// The operations of a service.
    ///
    /// # Errors
    /// When nobody answers, or the answer is not a list of operations.
    pub fn operations(&self, service: &str) -> Result<Vec<Operation>, ClientError> {
        let mut parameters = form_urlencoded::Serializer::new(String::new());
        parameters.append_pair("service", service);
        let url = format!("{}/api/v3/operations?{}", self.web, parameters.finish());
        let answer: Operations = self.json("the operations of a service", &url)?;
        Ok(answer.operations.unwrap_or_default())
    }

    /// The address of a trace's page.
    #[must_use]
    pub fn trace_page(&self, id: TraceId) -> String {
        format!("{}/trace/{id}", self.web)
    }

    /// The address of the page that compares two traces.
    #[must_use]
    pub fn compare_page(&self, a: TraceId, b: TraceId) -> String {
        format!("{}/trace/{a}...{b}?cohort={a}&cohort={b}", self.web)
    }

    fn json<T: DeserializeOwned>(&self, what: &'static str, url: &str) -> Result<T, ClientError> {
        let answer = text(checked(self.http.get(url).call(), what, url)?, what, url)?;
        serde_json::from_str(&answer).map_err(|why| unreadable(what, url, why))
    }

    fn spans(&self, what: &'static str, url: String) -> Result<Option<Vec<Span>>, ClientError> {
        let answer = match checked(self.http.get(&url).call(), what, &url) {
            Err(ClientError::Refused { status: 404, .. }) => return Ok(None),
            answer => text(answer?, what, &url)?,
        };
        let decoded = otlp_json::read(&answer).map_err(|why| unreadable(what, &url, why))?;
        match decoded.rejected.into_iter().next() {
            Some(why) => Err(unreadable(what, &url, why)),
            None => Ok((!decoded.spans.is_empty()).then_some(decoded.spans)),
        }
    }
}

/// An address without its parameters, which can be long.
fn place(url: &str) -> String {
    url.split('?').next().unwrap_or_default().to_owned()
}

fn unreadable(what: &'static str, url: &str, why: impl ToString) -> ClientError {
    let (url, why) = (place(url), why.to_string());
    ClientError::Unreadable { what, url, why }
}

fn text(response: Response<Body>, what: &'static str, url: &str) -> Result<String, ClientError> {
    body(response).map_err(|why| unreadable(what, url, why.into_io()))
}

fn body(response: Response<Body>) -> Result<String, ureq::Error> {
    let body = response.into_body().into_with_config().limit(LARGEST);
    body.read_to_string()
}

fn checked(
    sent: Result<Response<Body>, ureq::Error>,
    what: &'static str,
    url: &str,
) -> Result<Response<Body>, ClientError> {
    let url = place(url);
    let response = match sent {
        Ok(response) => response,
        Err(error) => {
            let why = error.into_io().to_string();
            return Err(ClientError::Unreachable { what, url, why });
        }
    };
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status().as_u16();
    let message = explain(&body(response).unwrap_or_default());
    Err(ClientError::Refused {
        what,
        url,
        status,
        message,
    })
}

/// The message within the query API's or OTLP's error, or the beginning of whatever came.
fn explain(body: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let message = json["error"]["message"]
        .as_str()
        .or_else(|| json["message"].as_str());
    let message = message.unwrap_or(body).trim();
    message.chars().take(300).collect()
}
