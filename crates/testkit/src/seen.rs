//! Everything that a run left behind, for facts that no shape can say.

use std::collections::{BTreeMap, BTreeSet};

use trace_model::{Forest, Link, Span};
use trace_shape::{Call, Crossing, Evidence, Witnessed};

use crate::unsampled::Unsampled;

/// What was received, printed and seen on the wire.
#[derive(Debug)]
pub struct Seen {
    pub(crate) forest: Forest,
    pub(crate) evidence: Evidence,
    /// What is no part of the forest, since nobody should have recorded it.
    pub(crate) unsampled: Unsampled,
    pub(crate) outputs: BTreeMap<String, String>,
    /// Names of spans that were open when the code shut its own provider down.
    pub(crate) cut_off: BTreeSet<String>,
    pub(crate) flushed: bool,
}

impl Seen {
    /// All spans that were received, by trace and start.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        self.forest.spans()
    }

    /// The spans of that name.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<&Span> {
        let named = |span: &&Span| span.name == name;
        self.spans().iter().filter(named).collect()
    }

    /// The spans that have a link to this one.
    #[must_use]
    pub fn linked_to(&self, to: &Span) -> Vec<&Span> {
        let is_it = |link: &Link| link.trace_id == to.trace_id && link.span_id == to.span_id;
        let linked = |span: &&Span| span.links.iter().any(is_it);
        self.spans().iter().filter(linked).collect()
    }

    /// The spans with their parents resolved.
    #[must_use]
    pub fn forest(&self) -> &Forest {
        &self.forest
    }

    /// The last 8 KiB that a service printed, on both streams; empty for an unknown one.
    #[must_use]
    pub fn output(&self, service: &str) -> &str {
        self.outputs.get(service).map_or("", String::as_str)
    }

    /// What crossed the wire, in order.
    #[must_use]
    pub fn crossings(&self) -> &[Crossing] {
        &self.evidence.crossings
    }

    /// The sampled spans that were seen to start; empty where nobody watched, or too many started
    /// to write them all down.
    #[must_use]
    pub fn witnessed(&self) -> &[Witnessed] {
        self.evidence.witnessed.as_deref().unwrap_or_default()
    }

    /// Whether a provider was asked to deliver what it holds, by a flush or by its shutdown.
    #[must_use]
    pub fn flushed(&self) -> bool {
        self.flushed
    }

    /// The harness's own calls, in order.
    #[must_use]
    pub fn calls(&self) -> &[Call] {
        &self.evidence.calls
    }
}
