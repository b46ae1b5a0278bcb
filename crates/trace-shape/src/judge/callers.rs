//! Clients outside of the traces: the harness, and strangers whom nobody may trust.

use std::collections::HashMap;

use trace_model::{SpanId, TraceId};

use crate::{Evidence, HARNESS, STRANGER};

/// Whose span id a received `traceparent` carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// The harness: a span that continues its trace is a root of the shape.
    Harness,
    /// A client that is not to be believed.
    Stranger,
}

/// The ids that such clients sent.
#[derive(Default)]
pub(super) struct Callers(HashMap<(TraceId, SpanId), Caller>);

impl Callers {
    pub(super) fn new(evidence: &Evidence) -> Self {
        let ids = evidence.crossings.iter().filter_map(|crossing| {
            let caller = match crossing.from.as_str() {
                HARNESS => Caller::Harness,
                STRANGER => Caller::Stranger,
                _ => return None,
            };
            Some((traceparent(crossing.header("traceparent")?)?, caller))
        });
        Self(ids.collect())
    }

    pub(super) fn find(&self, trace_id: TraceId, span_id: SpanId) -> Option<Caller> {
        self.0.get(&(trace_id, span_id)).copied()
    }
}

/// The ids in a `traceparent` (W3C Trace Context, section 3.2).
pub(super) fn traceparent(value: &str) -> Option<(TraceId, SpanId)> {
    let mut parts = value.trim().split('-');
    let _version = parts.next()?;
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
