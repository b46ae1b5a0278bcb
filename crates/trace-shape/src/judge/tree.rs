//! The actual side: spans as one tree of small numbers, ready to be compared.

use std::collections::{HashMap, HashSet};

use trace_model::{Flaw, Forest, NodeId, Span, SpanId, TraceId};

use super::{
    callers::{Caller, Callers},
    expected::fingerprint,
};
use crate::{Shape, SpanRef};

/// What it costs that a span is not expected, or not there.
pub(super) const WHOLE_SPAN: u32 = 4;
/// The same for a phantom: nobody sent it.
const WHOLE_PHANTOM: u32 = 1;

/// A span, or the phantom of one.
pub(super) struct Item<'f> {
    /// None for a phantom.
    pub(super) span: Option<&'f Span>,
    pub(super) trace_id: TraceId,
    pub(super) span_id: SpanId,
    pub(super) parent: Option<usize>,
    pub(super) children: Vec<usize>,
    /// Who its parent belongs to, where that is a client outside of the traces.
    pub(super) caller: Option<Caller>,
    /// What it costs that all of it is not expected.
    pub(super) cost: u32,
    /// Items of one class differ in nothing that the shape can see.
    pub(super) class: usize,
    /// Services and names of all of it.
    pub(super) fingerprint: u64,
}

impl Item<'_> {
    pub(super) fn reference(&self) -> SpanRef {
        SpanRef {
            trace_id: self.trace_id,
            span_id: self.span_id,
        }
    }

    pub(super) fn service(&self) -> &str {
        self.span.map_or("", |span| span.service())
    }

    pub(super) fn name(&self) -> &str {
        self.span.map_or("", |span| &span.name)
    }

    pub(super) fn start(&self) -> u64 {
        self.span.map_or(0, |span| span.start_unix_nano)
    }

    pub(super) fn is_phantom(&self) -> bool {
        self.span.is_none()
    }
}

/// All items, parents before children, siblings by start.
pub(super) struct Tree<'f> {
    pub(super) items: Vec<Item<'f>>,
    pub(super) roots: Vec<usize>,
    /// One item of each class.
    pub(super) classes: Vec<usize>,
    /// Items whose id stands on several spans with different content.
    pub(super) doubled: Vec<usize>,
    by_id: HashMap<SpanRef, usize>,
}

impl<'f> Tree<'f> {
    pub(super) fn new(forest: &'f Forest, shape: &Shape, callers: &Callers) -> Self {
        let twins = Twins::new(forest, shape);
        let mut tree = Self {
            items: Vec::with_capacity(forest.len()),
            roots: Vec::new(),
            classes: Vec::new(),
            doubled: Vec::new(),
            by_id: HashMap::new(),
        };
        let mut stack: Vec<(NodeId, Option<usize>, Option<Caller>)> = Vec::new();
        stack.extend(forest.roots().iter().rev().map(|root| (*root, None, None)));
        while let Some((node, parent, caller)) = stack.pop() {
            if twins.later.contains(&node) {
                continue;
            }
            let (index, caller) = tree.add(forest, &twins, node, parent, caller, callers);
            let children = forest.node(node).children.iter().rev();
            stack.extend(children.map(|child| (*child, index, caller)));
        }
        tree.weigh();
        tree.classify(shape);
        tree.order_alike();
        tree
    }

    fn add(
        &mut self,
        forest: &'f Forest,
        twins: &Twins<'f>,
        node: NodeId,
        parent: Option<usize>,
        caller: Option<Caller>,
        callers: &Callers,
    ) -> (Option<usize>, Option<Caller>) {
        let (trace_id, span_id) = (forest.node(node).trace_id, forest.node(node).span_id);
        let span = twins.content.get(&node).copied().or(forest.span(node));
        let known = callers.find(trace_id, span_id);
        if span.is_none() && known.is_some() {
            return (None, known);
        }
        let index = self.items.len();
        match parent {
            Some(parent) => self.items[parent].children.push(index),
            None => self.roots.push(index),
        }
        let (children, cost, class, fingerprint) = (Vec::new(), 0, 0, 0);
        self.items.push(Item {
            span,
            trace_id,
            span_id,
            parent,
            children,
            caller,
            cost,
            class,
            fingerprint,
        });
        if twins.content.contains_key(&node) {
            self.doubled.push(index);
        }
        self.by_id.insert(self.items[index].reference(), index);
        (Some(index), None)
    }

    fn weigh(&mut self) {
        for index in (0..self.items.len()).rev() {
            let own = if self.items[index].is_phantom() {
                WHOLE_PHANTOM
            } else {
                WHOLE_SPAN
            };
            let cost = self.items[index].cost.saturating_add(own);
            self.items[index].cost = cost;
            if let Some(parent) = self.items[index].parent {
                self.items[parent].cost = self.items[parent].cost.saturating_add(cost);
            }
        }
    }

    fn classify(&mut self, shape: &Shape) {
        let seen = Seen::new(shape, &self.items);
        let mut known: HashMap<(String, Vec<usize>), usize> = HashMap::new();
        for index in (0..self.items.len()).rev() {
            let item = &self.items[index];
            let mut below: Vec<usize> =
                item.children.iter().map(|c| self.items[*c].class).collect();
            below.sort_unstable();
            let next = self.classes.len();
            let class = *known.entry((seen.content(item), below)).or_insert(next);
            if class == next {
                self.classes.push(index);
            }
            self.items[index].class = class;
            let item = &self.items[index];
            let below = item
                .children
                .iter()
                .map(|child| self.items[*child].fingerprint);
            let print = fingerprint(item.service(), item.name(), below.collect());
            self.items[index].fingerprint = print;
        }
    }

    /// Where siblings start at the same time, what they are decides, before their ids do.
    fn order_alike(&mut self) {
        let mut keys: Vec<(u64, String)> = Vec::with_capacity(self.items.len());
        for item in &self.items {
            keys.push((item.start(), format!("{}\0{}", item.service(), item.name())));
        }
        let size = |item: &Item<'_>| item.cost;
        let items = &self.items;
        let order = |a: &usize, b: &usize| {
            keys[*a]
                .cmp(&keys[*b])
                .then(size(&items[*a]).cmp(&size(&items[*b])))
        };
        let mut children: Vec<Vec<usize>> =
            items.iter().map(|item| item.children.clone()).collect();
        for siblings in &mut children {
            siblings.sort_by(order);
        }
        for (item, children) in self.items.iter_mut().zip(children) {
            item.children = children;
        }
    }

    pub(super) fn find(&self, id: SpanRef) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// The item's ancestors, the nearest first.
    pub(super) fn ancestors(&self, index: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.items[index].parent, |at| self.items[*at].parent)
    }

    /// The item and all below it, parents first.
    pub(super) fn walk(&self, top: usize) -> impl Iterator<Item = usize> {
        let mut stack = vec![top];
        std::iter::from_fn(move || {
            let at = stack.pop()?;
            stack.extend(self.items[at].children.iter().rev());
            Some(at)
        })
    }
}

/// Spans that share an id: one of them is judged, the one that the shape knows best.
struct Twins<'f> {
    later: HashSet<NodeId>,
    content: HashMap<NodeId, &'f Span>,
}

impl<'f> Twins<'f> {
    fn new(forest: &'f Forest, shape: &Shape) -> Self {
        let later: HashSet<NodeId> = forest
            .flaws()
            .iter()
            .filter_map(|flaw| match flaw {
                Flaw::DuplicateId(node) => Some(*node),
                _ => None,
            })
            .collect();
        let mut content = HashMap::new();
        if !later.is_empty() {
            let id = |node: &NodeId| (forest.node(*node).trace_id, forest.node(*node).span_id);
            let all: Vec<NodeId> = forest.ids().collect();
            let firsts = all.iter().filter(|node| !later.contains(*node));
            let firsts: HashMap<_, NodeId> = firsts.map(|node| (id(node), *node)).collect();
            for twin in all.iter().filter(|node| later.contains(*node)) {
                let (Some(first), Some(span)) = (firsts.get(&id(twin)), forest.span(*twin)) else {
                    continue;
                };
                let Some(own) = forest.span(*first) else {
                    continue;
                };
                let best = content.entry(*first).or_insert(own);
                if strangeness(shape, span) < strangeness(shape, best) {
                    *best = span;
                }
            }
        }
        Self { later, content }
    }
}

/// What the line that fits a span best still finds wrong with it.
fn strangeness(shape: &Shape, span: &Span) -> u32 {
    let costs = shape
        .lines()
        .iter()
        .filter_map(|line| super::cost::plain(line, span));
    costs.min().unwrap_or(u32::MAX)
}

/// What the shape can see of a span.
struct Seen<'s> {
    keys: Vec<&'s str>,
    events: bool,
    links: bool,
    /// What some span links to: such an item is alike to no other.
    targets: HashSet<SpanRef>,
}

impl<'s> Seen<'s> {
    fn new(shape: &'s Shape, items: &[Item<'_>]) -> Self {
        let links = items
            .iter()
            .filter_map(|item| item.span)
            .flat_map(|span| &span.links);
        let target = |link: &trace_model::Link| SpanRef {
            trace_id: link.trace_id,
            span_id: link.span_id,
        };
        let lines = shape.lines().iter();
        let keys: HashSet<&str> = lines
            .clone()
            .flat_map(|line| &line.attributes)
            .map(|rule| rule.key.as_str())
            .collect();
        let mut keys: Vec<&str> = keys.into_iter().collect();
        keys.sort_unstable();
        Self {
            keys,
            events: lines.clone().any(|line| !line.events.is_empty()),
            links: lines.clone().any(|line| !line.links.is_empty()),
            targets: links.map(target).collect(),
        }
    }

    fn content(&self, item: &Item<'_>) -> String {
        use std::fmt::Write;
        let Some(span) = item.span else {
            return String::new();
        };
        let mut text = format!(
            "{}\0{}\0{}\0{}",
            span.service(),
            span.name,
            span.kind,
            span.status.code.as_str()
        );
        let values = span
            .attributes
            .iter()
            .filter(|(key, _)| self.keys.binary_search(key).is_ok());
        let mut values: Vec<_> = values.collect();
        values.sort_by_key(|(key, _)| *key);
        for (key, value) in values {
            // Writing to a string cannot fail.
            let _ = write!(text, "\0{key}={value}");
        }
        if self.events {
            let _ = write!(text, "\0{:?}", span.events);
        }
        if self.links {
            let ids = span.links.iter().map(|link| (link.trace_id, link.span_id));
            let _ = write!(text, "\0{:?}", ids.collect::<Vec<_>>());
            if self.targets.contains(&item.reference()) {
                let _ = write!(text, "\0{:?}", item.reference());
            }
        }
        text
    }
}
