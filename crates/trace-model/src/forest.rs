//! Parents resolved: trees, phantoms and what was wrong with the input.

use std::collections::HashMap;

use crate::{Span, SpanId, TraceId};

/// The place of a node in its [`Forest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(usize);

impl NodeId {
    /// A number from 0 up to [`Forest::len`], for tables kept beside a forest.
    #[must_use]
    pub fn index(self) -> usize {
        self.0
    }
}

/// A span in its tree, or the phantom of a parent that was never received.
#[derive(Clone, Debug)]
pub struct Node {
    /// The trace of the node.
    pub trace_id: TraceId,
    /// The id of the span, or the id by which children name the phantom.
    pub span_id: SpanId,
    /// Where it hangs; none for roots and phantoms.
    pub parent: Option<NodeId>,
    /// What hangs below it, by start time.
    pub children: Vec<NodeId>,
    span: Option<usize>,
}

impl Node {
    /// Whether it stands in for a span that was named as a parent and never received.
    #[must_use]
    pub fn is_phantom(&self) -> bool {
        self.span.is_none()
    }
}

/// Something in the spans that no correct program sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The id stands on two spans with different content.
    DuplicateId(NodeId),
    /// The span names itself as its parent; it is treated as a root.
    SelfParent(NodeId),
    /// The span's ancestors lead back to it; it is treated as a root.
    Cycle(NodeId),
    /// The span ends before it starts.
    EndBeforeStart(NodeId),
    /// The span has no start time.
    NoStart(NodeId),
    /// The span has no name.
    NoName(NodeId),
    /// The resource does not name its service.
    NoService(NodeId),
}

/// Spans of any number of traces as trees.
///
/// Building one never fails: identical duplicates count once, cycles are broken at their earliest
/// span, and a parent that was never received becomes a phantom root. Siblings, and roots, are in
/// order of start time, then id, so that two forests of the same spans are alike whatever the
/// order of arrival.
#[derive(Clone, Debug, Default)]
pub struct Forest {
    spans: Vec<Span>,
    nodes: Vec<Node>,
    roots: Vec<NodeId>,
    flaws: Vec<Flaw>,
}

impl Forest {
    /// Resolves the parents of `spans`.
    #[must_use]
    pub fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.name.cmp(&b.name)));
        let mut builder = Builder::default();
        for span in spans {
            builder.add(span);
        }
        builder.resolve_parents();
        builder.break_cycles();
        builder.hang_children();
        builder.forest
    }

    /// The top of each tree.
    #[must_use]
    pub fn roots(&self) -> &[NodeId] {
        &self.roots
    }

    /// The node behind an id of this forest.
    ///
    /// # Panics
    /// When the id comes from another, larger forest.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// The span of a node; none for a phantom.
    ///
    /// # Panics
    /// When the id comes from another, larger forest.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Option<&Span> {
        self.nodes[id.0].span.map(|index| &self.spans[index])
    }

    /// All spans, by start time.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// How many nodes there are, phantoms included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no span.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What was wrong with the input.
    #[must_use]
    pub fn flaws(&self) -> &[Flaw] {
        &self.flaws
    }

    /// All nodes below `top` and `top` itself, parents first, with their depth below it.
    pub fn walk(&self, top: NodeId) -> impl Iterator<Item = (NodeId, usize)> {
        let mut stack = vec![(top, 0)];
        std::iter::from_fn(move || {
            let (id, depth) = stack.pop()?;
            stack.extend(
                self.node(id)
                    .children
                    .iter()
                    .rev()
                    .map(|child| (*child, depth + 1)),
            );
            Some((id, depth))
        })
    }

    /// All nodes, tree by tree, parents first.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> {
        self.roots
            .iter()
            .flat_map(|root| self.walk(*root))
            .map(|(id, _)| id)
    }

    /// The node of a span or phantom.
    #[must_use]
    pub fn find(&self, trace_id: TraceId, span_id: SpanId) -> Option<NodeId> {
        let is_it = |node: &Node| node.span_id == span_id && node.trace_id == trace_id;
        self.nodes.iter().position(is_it).map(NodeId)
    }

    /// The traces, by the start of their first tree.
    #[must_use]
    pub fn trace_ids(&self) -> Vec<TraceId> {
        let mut seen = std::collections::HashSet::new();
        let ids = self.roots.iter().map(|root| self.node(*root).trace_id);
        ids.filter(|id| seen.insert(*id)).collect()
    }
}

fn order(span: &Span) -> (u64, TraceId, SpanId) {
    (span.start_unix_nano, span.trace_id, span.span_id)
}

#[derive(Default)]
struct Builder {
    forest: Forest,
    /// All nodes of an id: more than one only where the input is flawed; children hang on the first.
    twins: HashMap<(TraceId, SpanId), Vec<NodeId>>,
}

impl Builder {
    fn add(&mut self, span: Span) {
        let key = (span.trace_id, span.span_id);
        let id = NodeId(self.forest.nodes.len());
        let twins = self.twins.entry(key).or_default();
        if twins
            .iter()
            .any(|twin| self.forest.span(*twin) == Some(&span))
        {
            return;
        }
        if !twins.is_empty() {
            self.forest.flaws.push(Flaw::DuplicateId(id));
        }
        twins.push(id);
        self.flag(id, &span);
        let index = Some(self.forest.spans.len());
        self.forest.nodes.push(Node {
            trace_id: key.0,
            span_id: key.1,
            parent: None,
            children: Vec::new(),
            span: index,
        });
        self.forest.spans.push(span);
    }

    fn flag(&mut self, id: NodeId, span: &Span) {
        let flaws = [
            (
                span.end_unix_nano < span.start_unix_nano,
                Flaw::EndBeforeStart(id),
            ),
            (span.start_unix_nano == 0, Flaw::NoStart(id)),
            (span.name.is_empty(), Flaw::NoName(id)),
            (span.service().is_empty(), Flaw::NoService(id)),
        ];
        self.forest.flaws.extend(
            flaws
                .into_iter()
                .filter(|(is, _)| *is)
                .map(|(_, flaw)| flaw),
        );
    }

    fn resolve_parents(&mut self) {
        for index in 0..self.forest.nodes.len() {
            let (id, trace) = (NodeId(index), self.forest.nodes[index].trace_id);
            let named = self.forest.span(id).and_then(|span| span.parent_span_id);
            let Some(parent) = named else { continue };
            if parent == self.forest.nodes[index].span_id {
                self.forest.flaws.push(Flaw::SelfParent(id));
                continue;
            }
            let parent = self.node_or_phantom(trace, parent);
            self.forest.nodes[index].parent = Some(parent);
        }
    }

    fn node_or_phantom(&mut self, trace_id: TraceId, span_id: SpanId) -> NodeId {
        let next = NodeId(self.forest.nodes.len());
        let twins = self
            .twins
            .entry((trace_id, span_id))
            .or_insert_with(|| vec![next]);
        let id = twins[0];
        if id == next {
            let (parent, children) = (None, Vec::new());
            self.forest.nodes.push(Node {
                trace_id,
                span_id,
                parent,
                children,
                span: None,
            });
        }
        id
    }

    /// Cuts each ring of parents at its earliest span. Nodes are in order of start time, so the
    /// smallest index of a ring is its earliest.
    fn break_cycles(&mut self) {
        const NEW: usize = usize::MAX;
        let mut seen_from = vec![NEW; self.forest.nodes.len()];
        for start in 0..seen_from.len() {
            let mut at = start;
            while seen_from[at] == NEW {
                seen_from[at] = start;
                match self.forest.nodes[at].parent {
                    Some(parent) => at = parent.0,
                    None => break,
                }
            }
            if seen_from[at] == start && self.forest.nodes[at].parent.is_some() {
                self.cut_ring(at);
            }
        }
    }

    fn cut_ring(&mut self, on_ring: usize) {
        let mut earliest = on_ring;
        let mut at = on_ring;
        while let Some(parent) = self.forest.nodes[at].parent {
            at = parent.0;
            earliest = earliest.min(at);
            if at == on_ring {
                break;
            }
        }
        self.forest.nodes[earliest].parent = None;
        self.forest.flaws.push(Flaw::Cycle(NodeId(earliest)));
    }

    fn hang_children(&mut self) {
        for index in 0..self.forest.nodes.len() {
            match self.forest.nodes[index].parent {
                Some(parent) => self.forest.nodes[parent.0].children.push(NodeId(index)),
                None => self.forest.roots.push(NodeId(index)),
            }
        }
        // Phantoms come last in `nodes`; as roots they stand where their first child starts.
        let forest = &mut self.forest;
        let first = |id: &NodeId| {
            forest.nodes[id.0]
                .span
                .or_else(|| forest.nodes[id.0].children.first().map(|child| child.0))
        };
        let mut roots = std::mem::take(&mut forest.roots);
        roots.sort_by_key(first);
        forest.roots = roots;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(number: u8) -> TraceId {
        TraceId::from_bytes(&[number; 16]).unwrap()
    }

    fn id(number: u8) -> SpanId {
        SpanId::from_bytes(&[number; 8]).unwrap()
    }

    fn span(number: u8, parent: Option<u8>) -> Span {
        let mut span = Span::new(trace(1), id(number), "shop", "work");
        span.parent_span_id = parent.map(id);
        span.start_unix_nano += u64::from(number);
        span
    }

    fn parents(forest: &Forest) -> Vec<(SpanId, Option<SpanId>)> {
        let parent = |node: NodeId| forest.node(node).parent.map(|id| forest.node(id).span_id);
        forest
            .ids()
            .map(|node| (forest.node(node).span_id, parent(node)))
            .collect()
    }

    #[test]
    fn order_of_arrival_does_not_matter() {
        let spans = vec![
            span(1, None),
            span(2, Some(1)),
            span(3, Some(2)),
            span(4, Some(1)),
        ];
        let forward = Forest::new(spans.clone());
        let backward = Forest::new(spans.into_iter().rev().collect());
        assert_eq!(parents(&forward), parents(&backward));
        assert_eq!(forward.roots().len(), 1);
    }

    #[test]
    fn a_parent_that_was_never_received_is_one_phantom_for_all_its_children() {
        let forest = Forest::new(vec![span(2, Some(9)), span(3, Some(9))]);
        let [root] = forest.roots() else {
            panic!("one root, not {:?}", forest.roots())
        };
        assert!(forest.node(*root).is_phantom());
        assert_eq!(forest.node(*root).children.len(), 2);
    }

    #[test]
    fn an_identical_duplicate_counts_once_and_another_content_is_a_flaw() {
        let mut other = span(1, None);
        other.name = "other".into();
        let forest = Forest::new(vec![span(1, None), span(1, None), other]);
        assert_eq!(forest.len(), 2);
        assert!(matches!(forest.flaws(), [Flaw::DuplicateId(_)]));
    }

    #[test]
    fn rings_are_cut_at_their_earliest_span() {
        let forest = Forest::new(vec![
            span(1, Some(3)),
            span(2, Some(1)),
            span(3, Some(2)),
            span(4, Some(3)),
        ]);
        assert_eq!(forest.roots().len(), 1);
        assert_eq!(forest.node(forest.roots()[0]).span_id, id(1));
        assert_eq!(forest.ids().count(), 4);
        let alone = Forest::new(vec![span(1, Some(1))]);
        assert!(matches!(alone.flaws(), [Flaw::SelfParent(_)]));
        assert_eq!(alone.roots().len(), 1);
    }

    #[test]
    fn a_chain_of_ten_thousand_needs_no_stack() {
        let chain = (1..=10_000_u64).map(|n| {
            let mut span = Span::new(
                trace(1),
                SpanId::from_bytes(&n.to_be_bytes()).unwrap(),
                "shop",
                "link of the chain",
            );
            span.parent_span_id = SpanId::from_bytes(&(n - 1).to_be_bytes()).ok();
            span.start_unix_nano += n;
            span
        });
        let forest = Forest::new(chain.collect());
        assert_eq!(
            forest
                .walk(forest.roots()[0])
                .last()
                .map(|(_, depth)| depth),
            Some(9_999)
        );
    }

    #[test]
    fn times_names_and_services_are_checked() {
        let mut odd = Span::new(trace(1), id(1), "", "");
        odd.start_unix_nano = 0;
        let mut backwards = span(2, None);
        backwards.end_unix_nano = 1;
        assert_eq!(Forest::new(vec![odd, backwards]).flaws().len(), 4);
    }
}
