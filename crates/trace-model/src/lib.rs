//! Spans, traces and forests as values: no I/O, no async, no clock.
//!
//! [`Span`] is one span as OTLP describes it. [`Forest`] is what a set of spans looks like once
//! parents are resolved: trees, the *phantoms* that stand in for parents that were never received,
//! and the [`Flaw`]s found on the way. [`otlp_json`] reads and writes the one interchange format
//! that every backend, file exporter and report of the course speaks.

#![forbid(unsafe_code)]

mod attributes;
mod forest;
mod id;
pub mod otlp_json;
mod span;

pub use attributes::{Attributes, Value};
pub use forest::{Flaw, Forest, Node, NodeId};
pub use id::{InvalidId, SpanId, TraceId};
pub use span::{Event, Kind, Link, Resource, Scope, Span, Status, StatusCode};
