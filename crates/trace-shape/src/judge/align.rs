//! Which span stands for which line, before and after what was moved is found.

mod repair;

use std::collections::HashMap;

use super::{
    cost::Hints,
    distance::{Solver, same_key},
    expected::Expected,
    tree::Tree,
};
use crate::{SpanRef, Want};

/// How often an alignment is tried again with what the last one found out.
const ROUNDS: usize = 4;

/// One span that a line asks for, and the item that stands for it.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) line: usize,
    /// None where nothing stands for it.
    pub(super) item: Option<usize>,
    /// The instance below which it should hang; none for the root of a trace.
    pub(super) parent: Option<usize>,
    /// How many spans are missing here; 0 where an item stands for it.
    pub(super) lacking: usize,
    /// Taken back: it was no match after all.
    pub(super) gone: bool,
}

/// All instances, parents before children.
#[derive(Debug, Default)]
pub(super) struct Alignment {
    pub(super) instances: Vec<Instance>,
    /// The instance that an item stands for.
    pub(super) of_item: Vec<Option<usize>>,
    /// Items beyond the greatest number that a line allows, with that line.
    pub(super) surplus: HashMap<usize, usize>,
    /// Items that no line asks for and that are allowed nevertheless.
    pub(super) allowed: Vec<bool>,
}

impl Alignment {
    /// Aligns all of `tree` with all of the shape.
    pub(super) fn new(expected: &Expected<'_>, tree: &Tree<'_>) -> Self {
        let mut solver = Solver::new(expected, tree, Hints::default());
        let mut best = Self::first(&mut solver);
        let mut wrong = best.disagreement(expected, tree);
        for round in 0..ROUNDS {
            if wrong == 0 {
                break;
            }
            // One side of the links at a time: if both gave way, they would miss each other again.
            let mut hints = best.hints(expected, tree);
            if round % 2 == 0 {
                hints.targets.clear();
            } else {
                hints.labels.clear();
            }
            let mut again = Solver::new(expected, tree, hints);
            let other = Self::first(&mut again);
            let other_wrong = other.disagreement(expected, tree);
            if other_wrong < wrong {
                (best, solver, wrong) = (other, again, other_wrong);
            }
        }
        best.repair(&mut solver);
        best
    }

    fn first(solver: &mut Solver<'_, '_>) -> Self {
        let mut made = Self {
            of_item: vec![None; solver.tree.items.len()],
            allowed: vec![false; solver.tree.items.len()],
            ..Self::default()
        };
        let (shape, roots) = (solver.expected.shape, &solver.tree.roots);
        for (line, item) in solver.assign(shape.roots(), roots, shape.open).pairs {
            made.stand(solver, line, item, None);
        }
        made
    }

    /// Lets `item` stand for `line`, and what hangs below it for the lines below.
    fn stand(
        &mut self,
        solver: &mut Solver<'_, '_>,
        line: usize,
        item: usize,
        parent: Option<usize>,
    ) -> usize {
        let first = self.instances.len();
        let mut stack = vec![(line, item, parent)];
        while let Some((line, item, parent)) = stack.pop() {
            let index = self.instances.len();
            self.instances.push(Instance {
                line,
                item: Some(item),
                parent,
                lacking: 0,
                gone: false,
            });
            self.of_item[item] = Some(index);
            let lines = &solver.expected.line(line).children;
            let items = solver.tree.items[item].children.iter().copied();
            let items: Vec<usize> = items.filter(|item| self.of_item[*item].is_none()).collect();
            if lines.is_empty() || items.is_empty() {
                continue;
            }
            let pairs = solver
                .assign(lines, &items, solver.expected.open(Some(line)))
                .pairs;
            stack.extend(
                pairs
                    .into_iter()
                    .rev()
                    .map(|(line, item)| (line, item, Some(index))),
            );
        }
        first
    }

    /// Instances that count, with their places.
    pub(super) fn live(&self) -> impl Iterator<Item = (usize, &Instance)> {
        self.instances
            .iter()
            .enumerate()
            .filter(|(_, instance)| !instance.gone)
    }

    /// For each instance the root of its expected tree.
    pub(super) fn roots(&self) -> Vec<usize> {
        let mut roots: Vec<usize> = Vec::with_capacity(self.instances.len());
        for (index, instance) in self.instances.iter().enumerate() {
            roots.push(instance.parent.map_or(index, |parent| roots[parent]));
        }
        roots
    }

    /// Whether no line asks for the item.
    pub(super) fn is_extra(&self, item: usize) -> bool {
        self.of_item[item].is_none()
    }

    /// What this alignment says about labels and captures.
    fn hints(&self, expected: &Expected<'_>, tree: &Tree<'_>) -> Hints {
        let mut labels: HashMap<String, Vec<SpanRef>> = HashMap::new();
        let mut targets: HashMap<String, Vec<SpanRef>> = HashMap::new();
        let mut values: HashMap<&str, Vec<String>> = HashMap::new();
        for (_, instance) in self.live() {
            let Some(item) = instance.item.map(|item| &tree.items[item]) else {
                continue;
            };
            let line = expected.line(instance.line);
            if let Some(label) = &line.label {
                labels
                    .entry(label.clone())
                    .or_default()
                    .push(item.reference());
            }
            for label in &line.links {
                let links = item.span.iter().flat_map(|span| &span.links);
                let ids = links.map(|link| (link.trace_id, link.span_id));
                let ids = ids.map(|(trace_id, span_id)| SpanRef { trace_id, span_id });
                targets.entry(label.clone()).or_default().extend(ids);
            }
            for rule in &line.attributes {
                let value = item.span.and_then(|span| span.attributes.get(&rule.key));
                if let (Want::Same(name), Some(value)) = (&rule.want, value) {
                    values.entry(name).or_default().push(value.to_string());
                }
            }
        }
        let most = |(name, values): (&str, Vec<String>)| {
            most_frequent(&values).map(|value| (name.to_owned(), value.to_owned()))
        };
        let captures = values.into_iter().filter_map(most).collect();
        Hints {
            labels,
            targets,
            captures,
        }
    }

    /// How many links and captures of the alignment do not fit each other.
    fn disagreement(&self, expected: &Expected<'_>, tree: &Tree<'_>) -> u32 {
        let mut hints = self.hints(expected, tree);
        hints.targets.clear();
        let costs = self.live().filter_map(|(_, instance)| {
            let (line, item) = (expected.line(instance.line), &tree.items[instance.item?]);
            super::cost::related(line, item, &hints)
        });
        costs.fold(0, u32::saturating_add)
    }

    /// Whether an item stands for a line of another name or service.
    fn is_renamed(&self, solver: &Solver<'_, '_>, instance: &Instance) -> bool {
        let Some(item) = instance.item.map(|item| &solver.tree.items[item]) else {
            return false;
        };
        !item.is_phantom() && !same_key(solver.expected.line(instance.line), item)
    }
}

/// The value that occurs most often, the first of them where several do.
pub(super) fn most_frequent(values: &[String]) -> Option<&str> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let most = counts.values().max().copied()?;
    values
        .iter()
        .map(String::as_str)
        .find(|value| counts[value] == most)
}
