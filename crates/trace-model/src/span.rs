//! One span and what hangs on it.

use std::{fmt, str::FromStr, sync::Arc};

use crate::{Attributes, SpanId, TraceId};

/// A span's role in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Not said; OTLP asks receivers to read it as internal.
    Unspecified,
    /// Work within a service.
    #[default]
    Internal,
    /// Answers a synchronous request.
    Server,
    /// Sends a synchronous request.
    Client,
    /// Hands over a message that is handled later.
    Producer,
    /// Handles such a message.
    Consumer,
}

impl Kind {
    /// The kind behind OTLP's number (`SpanKind`); an unknown number is [`Kind::Unspecified`].
    #[must_use]
    pub fn from_otlp(number: i64) -> Self {
        match number {
            1 => Self::Internal,
            2 => Self::Server,
            3 => Self::Client,
            4 => Self::Producer,
            5 => Self::Consumer,
            _ => Self::Unspecified,
        }
    }

    /// OTLP's number of this kind.
    #[must_use]
    pub fn to_otlp(self) -> i32 {
        self as i32
    }

    /// The lower-case word that shapes, reports and the query API use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        [
            Self::Internal,
            Self::Server,
            Self::Client,
            Self::Producer,
            Self::Consumer,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == word)
        .ok_or(())
    }
}

/// Whether a span's work went well, as its code declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StatusCode {
    /// Nothing declared, the right value for work that went well.
    #[default]
    Unset,
    /// Declared good, final.
    Ok,
    /// Declared failed.
    Error,
}

impl StatusCode {
    /// The word that shapes and reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }
}

/// Status code and, for errors, a description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The code.
    pub code: StatusCode,
    /// Why, for [`StatusCode::Error`]; otherwise empty.
    pub message: String,
}

/// Something that happened at one moment of a span.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What happened, such as `exception`.
    pub name: String,
    /// When, in nanoseconds since the Unix epoch.
    pub time_unix_nano: u64,
    /// Details.
    pub attributes: Attributes,
}

/// A reference to another span, in this trace or another, that is not parenthood.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The trace that is linked to.
    pub trace_id: TraceId,
    /// The span that is linked to.
    pub span_id: SpanId,
    /// The W3C `tracestate` of the linked context.
    pub trace_state: String,
    /// Details.
    pub attributes: Attributes,
}

/// What produced a span: a service and its surroundings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    /// `service.name` and the rest.
    pub attributes: Attributes,
}

impl Resource {
    /// `service.name`, or an empty text.
    #[must_use]
    pub fn service(&self) -> &str {
        self.attributes.text("service.name").unwrap_or_default()
    }
}

/// The instrumentation scope: the library that made a span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// One finished span as it was received.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// Its own id.
    pub span_id: SpanId,
    /// Its parent within the trace; none for a root.
    pub parent_span_id: Option<SpanId>,
    /// The W3C `tracestate` it carried.
    pub trace_state: String,
    /// W3C trace flags in the low byte, OTLP's `is_remote` bits above.
    pub flags: u32,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Start, in nanoseconds since the Unix epoch.
    pub start_unix_nano: u64,
    /// End, in nanoseconds since the Unix epoch.
    pub end_unix_nano: u64,
    /// Its attributes.
    pub attributes: Attributes,
    /// Its events, in the order received.
    pub events: Vec<Event>,
    /// Its links, in the order received.
    pub links: Vec<Link>,
    /// Its status.
    pub status: Status,
    /// Who produced it; shared by all spans of one batch.
    pub resource: Arc<Resource>,
    /// What library made it; shared by all spans of one batch.
    pub scope: Arc<Scope>,
}

impl Span {
    /// An internal root span of `service` without attributes, from second 1 to second 2 of the
    /// epoch: the start for tests and generated references.
    #[must_use]
    pub fn new(trace_id: TraceId, span_id: SpanId, service: &str, name: &str) -> Self {
        let attributes = Attributes::from_iter([("service.name", service)]);
        Self {
            trace_id,
            span_id,
            parent_span_id: None,
            trace_state: String::new(),
            flags: 1,
            name: name.to_owned(),
            kind: Kind::Internal,
            start_unix_nano: 1_000_000_000,
            end_unix_nano: 2_000_000_000,
            attributes: Attributes::new(),
            events: Vec::new(),
            links: Vec::new(),
            status: Status::default(),
            resource: Arc::new(Resource { attributes }),
            scope: Arc::default(),
        }
    }

    /// `service.name` of its resource.
    #[must_use]
    pub fn service(&self) -> &str {
        self.resource.service()
    }

    /// End minus start in nanoseconds; zero where the end lies before the start.
    #[must_use]
    pub fn duration_nano(&self) -> u64 {
        self.end_unix_nano.saturating_sub(self.start_unix_nano)
    }
}
