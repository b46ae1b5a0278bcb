//! Looking traces up by what their spans say.

use std::{collections::BTreeSet, sync::Arc};

use trace_model::{Kind, Span};

use super::{Store, Trace};
use crate::matching::has_attribute;

/// What a trace must have to be found: each given field holds for one and the same span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Its service.
    pub service: Option<String>,
    /// Its name.
    pub operation: Option<String>,
    /// Attributes of the span or its resource, compared as text; `error=true` means the status.
    pub attributes: Vec<(String, String)>,
    /// The earliest start of the trace, in nanoseconds since the Unix epoch.
    pub start_min: Option<u64>,
    /// The latest start of the trace, in nanoseconds since the Unix epoch.
    pub start_max: Option<u64>,
    /// The shortest span, in nanoseconds.
    pub duration_min: Option<u64>,
    /// The longest span, in nanoseconds.
    pub duration_max: Option<u64>,
    /// The greatest number of traces.
    pub limit: usize,
}

/// A span name of a service and its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// The span name.
    pub name: String,
    /// The span kind.
    pub kind: Kind,
}

impl Search {
    /// Whether a trace is one that is looked for.
    #[must_use]
    pub fn finds(&self, trace: &Trace) -> bool {
        let (start, _) = trace.extent();
        let in_time = self.start_min.is_none_or(|least| least <= start)
            && self.start_max.is_none_or(|most| start <= most);
        let named = |name: &String| trace.services().contains(&**name);
        in_time
            && self.service.as_ref().is_none_or(named)
            && trace.spans.iter().any(|kept| self.fits(&kept.span))
    }

    fn fits(&self, span: &Span) -> bool {
        let duration = span.duration_nano();
        self.service
            .as_ref()
            .is_none_or(|service| service == span.service())
            && self
                .operation
                .as_ref()
                .is_none_or(|name| *name == span.name)
            && self.duration_min.is_none_or(|least| least <= duration)
            && self.duration_max.is_none_or(|most| duration <= most)
            && self
                .attributes
                .iter()
                .all(|(key, value)| has_attribute(span, key, value))
    }
}

impl Store {
    /// The traces that fit, the latest start first.
    #[must_use]
    pub fn search(&self, search: &Search) -> Vec<Arc<Trace>> {
        let mut found = self.traces();
        found.retain(|trace| search.finds(trace));
        found.sort_by_key(|trace| std::cmp::Reverse((trace.extent().0, trace.arrival)));
        found.truncate(search.limit);
        found
    }

    /// The names of all services, sorted; spans without one count as the empty name.
    #[must_use]
    pub fn services(&self) -> Vec<String> {
        let traces = self.traces();
        let names: BTreeSet<&str> = traces.iter().flat_map(|trace| trace.services()).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// The operations of a service, sorted; of one kind where one is given.
    #[must_use]
    pub fn operations(&self, service: &str, kind: Option<Kind>) -> Vec<Operation> {
        let mut found = BTreeSet::new();
        for trace in self.traces() {
            let spans = trace.spans.iter().map(|kept| &kept.span);
            let spans = spans.filter(|span| span.service() == service);
            let spans = spans.filter(|span| kind.is_none_or(|kind| kind == span.kind));
            found.extend(spans.map(|span| (span.name.clone(), span.kind)));
        }
        found
            .into_iter()
            .map(|(name, kind)| Operation { name, kind })
            .collect()
    }
}
