//! Constrained unordered tree edit distance between lines and items.
//!
//! A line may stand for an item only where the lines above stand for the items above, so the
//! distance of two trees is the local cost of their tops plus the cheapest assignment of their
//! children. Trees of the same classes have the same distance, which is computed once; what still
//! has to be computed waits on a stack of its own, so that depth costs no call stack.

use std::collections::HashMap;

use super::{
    children::{Children, Pairs},
    cost::{self, Hints},
    expected::Expected,
    tree::{Item, Tree},
};
use crate::Line;

/// Classes of a line and of an item.
pub(super) type Pair = (usize, usize);

/// Distances between the lines of a shape and the items of a tree.
pub(super) struct Solver<'a, 'f> {
    pub(super) expected: &'a Expected<'a>,
    pub(super) tree: &'a Tree<'f>,
    pub(super) hints: Hints,
    /// What it costs that an item and all below it is not expected.
    pub(super) extra: Vec<u32>,
    /// None where the two can never be the same.
    memo: HashMap<Pair, Option<u32>>,
}

impl<'a, 'f> Solver<'a, 'f> {
    pub(super) fn new(expected: &'a Expected<'a>, tree: &'a Tree<'f>, hints: Hints) -> Self {
        Self {
            expected,
            tree,
            hints,
            extra: extra_costs(expected, tree),
            memo: HashMap::new(),
        }
    }

    /// How far an item is from what a line asks for; none where they can never be the same.
    pub(super) fn distance(&mut self, line: usize, item: usize) -> Option<u32> {
        let pair = (self.expected.class[line], self.tree.items[item].class);
        if let Some(known) = self.known(pair) {
            return known;
        }
        self.compute(vec![pair]);
        self.memo.get(&pair).copied().flatten()
    }

    /// Which of `items` stand for which of `lines`, as cheaply as possible.
    pub(super) fn assign(&mut self, lines: &[usize], items: &[usize], open: bool) -> Pairs {
        loop {
            match Children::new(self, lines, items, open).assign(self) {
                Ok(pairs) => return pairs,
                Err(needed) => self.compute(needed),
            }
        }
    }

    fn compute(&mut self, mut stack: Vec<Pair>) {
        while let Some(pair) = stack.last().copied() {
            if self.memo.contains_key(&pair) {
                stack.pop();
                continue;
            }
            match self.try_compute(pair) {
                Ok(cost) => {
                    self.memo.insert(pair, cost);
                    stack.pop();
                }
                Err(needed) => stack.extend(needed),
            }
        }
    }

    fn try_compute(&self, (line, item): Pair) -> Result<Option<u32>, Vec<Pair>> {
        let (line, item) = (self.expected.classes[line], self.tree.classes[item]);
        let Some(local) = self.local(line, item) else {
            return Ok(None);
        };
        let (lines, items) = (
            &self.expected.line(line).children,
            &self.tree.items[item].children,
        );
        let open = self.expected.open(Some(line));
        let pairs = Children::new(self, lines, items, open).assign(self)?;
        Ok(Some(local.saturating_add(pairs.cost)))
    }

    /// The distance where it needs no more work: computed before, or between two leaves.
    pub(super) fn known(&self, pair: Pair) -> Option<Option<u32>> {
        if let Some(known) = self.memo.get(&pair) {
            return Some(*known);
        }
        let (line, item) = (self.expected.classes[pair.0], self.tree.classes[pair.1]);
        let leaf = self.expected.line(line).children.is_empty()
            && self.tree.items[item].children.is_empty();
        if leaf {
            return Some(self.local(line, item));
        }
        self.local(line, item).is_none().then_some(None)
    }

    /// Whether service and name of an item are those of a line.
    pub(super) fn same_key(&self, line: usize, item: usize) -> bool {
        same_key(self.expected.line(line), &self.tree.items[item])
    }

    fn local(&self, line: usize, item: usize) -> Option<u32> {
        if self.is_another(line, item) {
            return None;
        }
        let (line, item) = (self.expected.line(line), &self.tree.items[item]);
        cost::local(line, item, &self.hints)
    }

    /// A span with the name of another line is in the wrong place rather than misnamed; and a span
    /// that was never received is none that has no such children.
    fn is_another(&self, line: usize, item: usize) -> bool {
        let (asked, found) = (self.expected.line(line), &self.tree.items[item]);
        if found.is_phantom() {
            let mut below = asked.children.iter();
            let fits = |line: &usize| {
                let deep = self.expected.line(*line).deep;
                deep || found
                    .children
                    .iter()
                    .any(|item| self.same_key(*line, *item))
            };
            return !below.any(fits);
        }
        let misnamed = asked.name.as_ref().is_some_and(|name| name != found.name());
        misnamed && self.expected.names(found.service(), found.name())
    }
}

/// Items that a `>>` line may stand for, and those above them, cost nothing: they are looked at
/// when the tree around them is known.
fn extra_costs(expected: &Expected<'_>, tree: &Tree<'_>) -> Vec<u32> {
    let deep: Vec<&Line> = expected
        .shape
        .lines()
        .iter()
        .filter(|line| line.deep)
        .collect();
    if deep.is_empty() {
        return tree.items.iter().map(|item| item.cost).collect();
    }
    let mut costs: Vec<u32> = vec![0; tree.items.len()];
    let mut free = vec![false; tree.items.len()];
    for index in (0..tree.items.len()).rev() {
        let item = &tree.items[index];
        free[index] |= deep.iter().any(|line| same_key(line, item));
        let below: u32 = item
            .children
            .iter()
            .fold(0, |sum, child| sum.saturating_add(costs[*child]));
        let own = item.cost
            - item
                .children
                .iter()
                .map(|child| tree.items[*child].cost)
                .sum::<u32>();
        costs[index] = if free[index] {
            below
        } else {
            below.saturating_add(own)
        };
        if let (true, Some(parent)) = (free[index], item.parent) {
            free[parent] = true;
        }
    }
    costs
}

/// Whether service and name are exactly those of the line; `*` fits any.
pub(super) fn same_key(line: &Line, item: &Item<'_>) -> bool {
    !item.is_phantom()
        && line.name.as_deref().is_none_or(|name| name == item.name())
        && line
            .service
            .as_deref()
            .is_none_or(|service| service == item.service())
}
