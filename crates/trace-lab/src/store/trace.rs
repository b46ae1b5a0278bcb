//! One trace in the store, and what it weighs.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    sync::Arc,
};

use trace_model::{
    Attributes, Flaw, Forest, NodeId, Resource, Span, SpanId, StatusCode, TraceId, Value,
};

use super::Limits;

/// How many spans of different content may share an id before further ones are left out.
const TWINS: usize = 8;
/// Beside the span itself: its place in the list and in the index, and the allocator's own.
const OVERHEAD: usize = 128;
/// The attribute under which Jaeger 2 hands out what it found wrong with a span.
const WARNINGS: &str = "@jaeger@warnings";

/// A span as it is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The span, within the limits.
    pub span: Span,
    /// What was cut from it.
    pub cuts: Vec<&'static str>,
    bytes: usize,
}

impl Kept {
    pub(super) fn new(span: Span, cuts: Vec<&'static str>) -> Self {
        let bytes = weight(&span) + cuts.len() * size_of::<&str>();
        Self { span, cuts, bytes }
    }
}

/// A trace as it was at one moment.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Its id.
    pub id: TraceId,
    /// Its spans in order of arrival.
    pub spans: Vec<Arc<Kept>>,
    /// Its number in the order of first arrivals.
    pub arrival: u64,
    /// The resources of its spans, in order of arrival.
    pub resources: Vec<Arc<Resource>>,
    bytes: usize,
}

/// Why a span is not added to a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Spans(usize),
    Bytes(usize),
    Twins,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spans(limit) => write!(f, "its trace has {limit} spans already"),
            Self::Bytes(limit) => write!(f, "its trace has grown to {limit} bytes already"),
            Self::Twins => write!(f, "{TWINS} other spans of its trace have the same id"),
        }
    }
}

/// A trace and the index that only its writer needs.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) trace: Arc<Trace>,
    by_id: HashMap<SpanId, Vec<usize>>,
    /// The addresses of the resources and scopes that its bytes include; its spans keep them.
    counted: HashSet<usize>,
}

impl Entry {
    pub(super) fn new(id: TraceId, arrival: u64) -> Self {
        let (spans, resources) = (Vec::new(), Vec::new());
        let trace = Trace {
            id,
            spans,
            arrival,
            resources,
            bytes: 0,
        };
        Self {
            trace: Arc::new(trace),
            by_id: HashMap::new(),
            counted: HashSet::new(),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.trace.bytes
    }

    /// Adds a span; one that is identical to a span already here is dropped in silence, since a
    /// sender may repeat a request that it got no answer to.
    pub(super) fn add(&mut self, kept: Kept, limits: Limits) -> Result<(), Refused> {
        let twins = self
            .by_id
            .get(&kept.span.span_id)
            .map_or(&[][..], Vec::as_slice);
        if twins
            .iter()
            .any(|twin| self.trace.spans[*twin].span == kept.span)
        {
            return Ok(());
        }
        let bytes = self.trace.bytes + kept.bytes + self.shared_bytes(&kept.span);
        if twins.len() >= TWINS {
            return Err(Refused::Twins);
        }
        if self.trace.spans.len() >= limits.spans_per_trace {
            return Err(Refused::Spans(limits.spans_per_trace));
        }
        if bytes > limits.bytes_per_trace() {
            return Err(Refused::Bytes(limits.bytes_per_trace()));
        }
        let place = self.trace.spans.len();
        self.by_id.entry(kept.span.span_id).or_default().push(place);
        let trace = Arc::make_mut(&mut self.trace);
        trace.bytes = bytes;
        if self.counted.insert(Arc::as_ptr(&kept.span.resource).addr()) {
            trace.resources.push(kept.span.resource.clone());
        }
        self.counted.insert(Arc::as_ptr(&kept.span.scope).addr());
        trace.spans.push(Arc::new(kept));
        Ok(())
    }

    /// What a span's resource and scope add to the trace: nothing where it has them already.
    fn shared_bytes(&self, span: &Span) -> usize {
        let (resource, scope) = (&span.resource, &span.scope);
        let mut bytes = 0;
        if !self.counted.contains(&Arc::as_ptr(resource).addr()) {
            bytes += OVERHEAD + size(&resource.attributes);
        }
        if !self.counted.contains(&Arc::as_ptr(scope).addr()) {
            bytes += OVERHEAD + chunk(scope.name.len()) + chunk(scope.version.len());
        }
        bytes
    }
}

impl Trace {
    /// Copies of its spans, as they were kept.
    #[must_use]
    pub fn to_spans(&self) -> Vec<Span> {
        self.spans.iter().map(|kept| kept.span.clone()).collect()
    }

    /// Copies of its spans; each with something wrong says so in the attribute that Jaeger 2 uses.
    #[must_use]
    pub fn to_spans_with_warnings(&self) -> Vec<Span> {
        let warnings = self.warnings();
        let mut spans = self.to_spans();
        for span in &mut spans {
            if let Some(list) = warnings.get(&span.span_id) {
                let list = list.iter().map(|text| Value::from(text.as_str())).collect();
                span.attributes.set(WARNINGS, Value::Array(list));
            }
        }
        spans
    }

    /// What is wrong with its spans, by span id.
    #[must_use]
    pub fn warnings(&self) -> BTreeMap<SpanId, Vec<String>> {
        let forest = Forest::new(self.to_spans());
        let mut warnings: BTreeMap<SpanId, Vec<String>> = BTreeMap::new();
        for flaw in forest.flaws() {
            let (node, text) = describe(flaw);
            warnings
                .entry(forest.node(node).span_id)
                .or_default()
                .push(text.to_owned());
        }
        for kept in &self.spans {
            if !kept.cuts.is_empty() {
                let texts = kept.cuts.iter().map(|cut| (*cut).to_owned());
                warnings.entry(kept.span.span_id).or_default().extend(texts);
            }
        }
        warnings
    }

    /// The names of its services, sorted.
    #[must_use]
    pub fn services(&self) -> BTreeSet<&str> {
        self.resources
            .iter()
            .map(|resource| resource.service())
            .collect()
    }

    /// The span that the trace is listed by: the earliest without a parent, or the earliest.
    #[must_use]
    pub fn top(&self) -> Option<&Span> {
        let spans = self.spans.iter().map(|kept| &kept.span);
        spans.min_by_key(|span| {
            (
                span.parent_span_id.is_some(),
                span.start_unix_nano,
                span.span_id,
            )
        })
    }

    /// From the first start to the last end, in nanoseconds since the Unix epoch.
    #[must_use]
    pub fn extent(&self) -> (u64, u64) {
        let spans = self.spans.iter().map(|kept| &kept.span);
        spans.fold((u64::MAX, 0), |(start, end), span| {
            (start.min(span.start_unix_nano), end.max(span.end_unix_nano))
        })
    }

    /// How many of its spans failed.
    #[must_use]
    pub fn errors(&self) -> usize {
        let failed = |kept: &&Arc<Kept>| kept.span.status.code == StatusCode::Error;
        self.spans.iter().filter(failed).count()
    }
}

fn describe(flaw: &Flaw) -> (NodeId, &'static str) {
    match flaw {
        Flaw::DuplicateId(node) => (*node, "another span has the same id and other content"),
        Flaw::SelfParent(node) => (*node, "it names itself as its parent; shown as a root"),
        Flaw::Cycle(node) => (*node, "its ancestors lead back to it; shown as a root"),
        Flaw::EndBeforeStart(node) => (*node, "it ends before it starts"),
        Flaw::NoStart(node) => (*node, "it has no start time"),
        Flaw::NoName(node) => (*node, "it has no name"),
        Flaw::NoService(node) => (*node, "its resource has no service.name"),
    }
}

/// What a span takes, the allocator's share included; resources and scopes are counted by
/// their trace.
fn weight(span: &Span) -> usize {
    let events = span.events.iter();
    let events = events.map(|event| chunk(event.name.len()) + size(&event.attributes));
    let links = span.links.iter();
    let links = links.map(|link| chunk(link.trace_state.len()) + size(&link.attributes));
    let texts = [&span.name, &span.trace_state, &span.status.message];
    size_of::<Kept>()
        + OVERHEAD
        + texts
            .into_iter()
            .map(|text| chunk(text.len()))
            .sum::<usize>()
        + size(&span.attributes)
        + chunk(size_of_val(&*span.events))
        + events.sum::<usize>()
        + chunk(size_of_val(&*span.links))
        + links.sum::<usize>()
}

fn size(attributes: &Attributes) -> usize {
    let pairs = attributes.iter();
    let pairs = pairs.map(|(key, value)| chunk(key.len()) + heap(value));
    chunk(attributes.len() * size_of::<(String, Value)>()) + pairs.sum::<usize>()
}

fn heap(value: &Value) -> usize {
    match value {
        Value::String(text) => chunk(text.len()),
        Value::Bytes(bytes) => chunk(bytes.len()),
        Value::Array(list) => chunk(size_of_val(&**list)) + list.iter().map(heap).sum::<usize>(),
        Value::Map(map) => size(map),
        Value::Empty | Value::Bool(_) | Value::Int(_) | Value::Double(_) => 0,
    }
}

/// What an allocator takes for a piece of `length` bytes: a word of its own, in steps of 16, at
/// least 32 (glibc's malloc; others take about as much).
fn chunk(length: usize) -> usize {
    match length {
        0 => 0,
        length => (length + size_of::<usize>()).next_multiple_of(16).max(32),
    }
}
