//! Renames that are better read as a span missing here and another one there.

use std::collections::{BTreeSet, HashMap};

use super::{Alignment, Instance};
use crate::judge::{
    distance::{Solver, same_key},
    tree::Item,
};

impl Alignment {
    /// A rename is believed only where no line that lacks a span asks for exactly that span, and no
    /// extra span is exactly what the line asks for.
    pub(super) fn dissolve_renames(&mut self, solver: &Solver<'_, '_>) {
        let renamed = |(_, instance): &(usize, &Instance)| self.is_renamed(solver, instance);
        let renamed: BTreeSet<usize> = self
            .live()
            .filter(renamed)
            .map(|(index, _)| index)
            .collect();
        if renamed.is_empty() {
            return;
        }
        let counts = self.counts();
        let mut wanted: Vec<usize> = renamed.iter().map(|at| self.instances[*at].line).collect();
        wanted.extend(
            self.gaps(solver, &counts, None, true)
                .iter()
                .map(|gap| gap.line),
        );
        for (index, _) in self.live() {
            let gaps = self.gaps(solver, &counts, Some(index), true);
            for gap in gaps {
                wanted.extend(lines_of(solver, gap.line));
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for line in wanted {
            if let Some(name) = &solver.expected.line(line).name {
                by_name.entry(name).or_default().push(line);
            }
        }
        let doubtful = |at: &usize| self.of_item[*at].is_none_or(|of| renamed.contains(&of));
        let mut extra: HashMap<&str, Vec<&Item<'_>>> = HashMap::new();
        for item in (0..solver.tree.items.len()).filter(doubtful) {
            let item = &solver.tree.items[item];
            extra.entry(item.name()).or_default().push(item);
        }
        for index in renamed {
            let (line, item) = (self.instances[index].line, self.instances[index].item);
            let Some(item) = item.map(|item| &solver.tree.items[item]) else {
                continue;
            };
            let asks =
                |other: &usize| *other != line && same_key(solver.expected.line(*other), item);
            let asked_for = by_name
                .get(item.name())
                .is_some_and(|all| all.iter().any(asks));
            let asking = solver.expected.line(line);
            let others = asking.name.as_deref().and_then(|name| extra.get(name));
            let elsewhere = others.is_some_and(|all| all.iter().any(|item| same_key(asking, item)));
            if asked_for || elsewhere {
                self.take_back(index);
            }
        }
    }

    /// Undoes an instance and all below it.
    fn take_back(&mut self, top: usize) {
        for index in top..self.instances.len() {
            let parent = self.instances[index].parent;
            let below = index == top
                || parent.is_some_and(|parent| parent >= top && self.instances[parent].gone);
            if below && !self.instances[index].gone {
                self.instances[index].gone = true;
                if let Some(item) = self.instances[index].item {
                    self.of_item[item] = None;
                }
            }
        }
    }
}

/// A line and all lines that must be found below it.
fn lines_of(solver: &Solver<'_, '_>, top: usize) -> Vec<usize> {
    let mut lines = vec![top];
    let mut at = 0;
    while at < lines.len() {
        let below = solver.expected.line(lines[at]).children.iter().copied();
        lines.extend(below.filter(|line| solver.expected.line(*line).min > 0));
        at += 1;
    }
    lines
}
