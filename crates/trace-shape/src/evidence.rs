//! What the harness saw beside the trace itself.

use serde::{Deserialize, Serialize};
use trace_model::{SpanId, TraceId};

/// Who sends the requests of the harness, in [`Crossing::from`]. A span that continues a trace of the
/// harness is a root of the shape.
pub const HARNESS: &str = "test";

/// A party outside that nobody may trust, in [`Crossing::from`] and [`Crossing::to`]: a span must not
/// take its `traceparent` for a parent, nor send it baggage.
pub const STRANGER: &str = "stranger";

/// The attribute by which a span says which of the harness's requests it belongs to.
pub const REQUEST_ID: &str = "workshop.request.id";

/// Facts that no span holds. All of it is optional: without any, only the shape is judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What crossed the wire between services, in order.
    #[serde(default)]
    pub crossings: Vec<Crossing>,
    /// The harness's record of starts and ends; none where nobody kept one.
    #[serde(default)]
    pub witnessed: Option<Vec<Witnessed>>,
    /// The harness's own calls, in order.
    #[serde(default)]
    pub calls: Vec<Call>,
}

/// One request between two services, as the wire tap saw it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// The service that sent it, or `test`.
    pub from: String,
    /// The service that it went to.
    pub to: String,
    /// Method and target, such as `GET /cars/7`.
    pub request: String,
    /// Header names, in lower case, and values, in order.
    pub headers: Vec<(String, String)>,
}

impl Crossing {
    /// The value of the first header `name` (in lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a SERVER span of this name may be the answer to it: `GET /cars/{id}` and `GET` to any
    /// `GET`, the name of a remote procedure to a target with that name in it. Nothing else: what is sent
    /// over a socket, such as an event of a live page, is no request.
    #[must_use]
    pub fn may_be_answered_by(&self, name: &str) -> bool {
        let Some((method, target)) = self.request.split_once(' ') else {
            return false;
        };
        match name.split_once(' ') {
            Some((of, route)) if route.starts_with('/') => of == method,
            _ => name == method || target.contains(name),
        }
    }
}

/// A span that was seen to start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Witnessed {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its id.
    pub span_id: SpanId,
    /// Its parent.
    pub parent_span_id: Option<SpanId>,
    /// The service that started it.
    pub service: String,
    /// Its name at the start.
    pub name: String,
    /// Whether it was seen to end.
    pub ended: bool,
}

/// A call that the harness made, and what it measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// What was called, such as `GET /cars/7`.
    pub request: String,
    /// The value of [`REQUEST_ID`] that belongs to it.
    #[serde(default)]
    pub request_id: Option<String>,
    /// When it was sent, in nanoseconds since the Unix epoch.
    pub start_unix_nano: u64,
    /// When the answer was there, in nanoseconds since the Unix epoch.
    pub end_unix_nano: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_answered_by_a_span_of_its_method_or_procedure() {
        let crossing = |request: &str| Crossing {
            request: request.to_owned(),
            ..Crossing::default()
        };
        let get = crossing("GET /cars/7");
        assert!(get.may_be_answered_by("GET /cars/{id}"));
        assert!(get.may_be_answered_by("GET"));
        assert!(!get.may_be_answered_by("PUT /cars/{id}"));
        assert!(!get.may_be_answered_by("filter cars"));
        let call = crossing("POST /quotes.Quotes/Watch");
        assert!(call.may_be_answered_by("quotes.Quotes/Watch"));
        assert!(!call.may_be_answered_by("quotes.Quotes/Ask"));
    }
}
