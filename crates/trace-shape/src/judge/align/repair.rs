//! What the first alignment could not see: spans at any depth, phantoms, moves, surplus.

mod renames;

use std::collections::{HashMap, VecDeque};

use super::{Alignment, Instance};
use crate::judge::{
    distance::{Solver, same_key},
    tree::Item,
};

/// How many spans of the right name are compared before one of them is taken.
const CANDIDATES: usize = 64;

/// Lines of which too few were found below one instance, or among the roots.
#[derive(Clone, Copy)]
struct Gap {
    line: usize,
    parent: Option<usize>,
    lacking: usize,
}

/// How many items stand for a line below one parent.
type Counts = HashMap<(Option<usize>, usize), usize>;

impl Alignment {
    pub(super) fn repair(&mut self, solver: &mut Solver<'_, '_>) {
        self.dissolve_renames(solver);
        self.claim_deep(solver, 0);
        let counts = self.counts();
        let mut gaps = self.gaps(solver, &counts, None, true);
        for (index, _) in self.live().filter(|(_, instance)| instance.item.is_some()) {
            gaps.extend(self.gaps(solver, &counts, Some(index), true));
        }
        self.claim_phantoms(solver, &mut gaps);
        self.find_moved(solver, gaps);
        self.find_room(solver);
        self.note_surplus(solver);
        self.note_allowed(solver);
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        for (_, instance) in self.live().filter(|(_, instance)| instance.item.is_some()) {
            *counts.entry((instance.parent, instance.line)).or_default() += 1;
        }
        counts
    }

    /// The lines below `parent` of which too few were found.
    fn gaps(
        &self,
        solver: &Solver<'_, '_>,
        counts: &Counts,
        parent: Option<usize>,
        only_lacking: bool,
    ) -> Vec<Gap> {
        let above = parent.map(|parent| self.instances[parent].line);
        let lines = solver.expected.shape.below(above).iter().copied();
        let gap = |line: usize| {
            let found = counts.get(&(parent, line)).copied().unwrap_or(0);
            let lacking = solver.expected.line(line).min.saturating_sub(found);
            Gap {
                line,
                parent,
                lacking,
            }
        };
        lines
            .map(gap)
            .filter(|gap| gap.lacking > 0 || !only_lacking)
            .collect()
    }

    /// Gives `>>` lines their spans, for the instances from `first` on.
    fn claim_deep(&mut self, solver: &mut Solver<'_, '_>, first: usize) {
        let mut index = first;
        while index < self.instances.len() {
            let Instance {
                line, item, gone, ..
            } = self.instances[index];
            let lines = solver.expected.line(line).children.iter().copied();
            let deep = lines.filter(|line| solver.expected.line(*line).deep);
            for below in deep.collect::<Vec<_>>() {
                if let (Some(item), false) = (item, gone) {
                    self.claim_below(solver, below, item, index);
                }
            }
            index += 1;
        }
    }

    fn claim_below(
        &mut self,
        solver: &mut Solver<'_, '_>,
        line: usize,
        item: usize,
        parent: usize,
    ) {
        let tree = solver.tree;
        let most = solver.expected.line(line).max.unwrap_or(usize::MAX);
        let fits = |at: &usize| {
            self.of_item[*at].is_none() && same_key(solver.expected.line(line), &tree.items[*at])
        };
        let found: Vec<usize> = tree.walk(item).skip(1).filter(fits).collect();
        let mut found: Vec<(Option<u32>, usize)> = found
            .into_iter()
            .map(|item| (solver.distance(line, item), item))
            .filter(|(distance, _)| distance.is_some())
            .collect();
        found.sort_unstable();
        let mut left = most;
        for (_, item) in found {
            // One that an earlier one took with it as its child is no longer free.
            if left > 0 && self.of_item[item].is_none() {
                self.stand(solver, line, item, Some(parent));
                left -= 1;
            }
        }
    }

    /// A phantom whose children belong to a missing span is that span.
    fn claim_phantoms(&mut self, solver: &mut Solver<'_, '_>, gaps: &mut Vec<Gap>) {
        let phantoms = solver.tree.roots.iter().copied();
        let phantoms = phantoms.filter(|item| solver.tree.items[*item].is_phantom());
        let phantoms: Vec<usize> = phantoms.filter(|item| self.is_extra(*item)).collect();
        if phantoms.is_empty() {
            return;
        }
        let counts = self.counts();
        let live: Vec<usize> = self.live().map(|(index, _)| index).collect();
        let mut room = self.gaps(solver, &counts, None, false);
        room.extend(
            live.iter()
                .flat_map(|at| self.gaps(solver, &counts, Some(*at), false)),
        );
        room.retain(|gap| {
            let found = counts.get(&(gap.parent, gap.line)).copied().unwrap_or(0);
            let line = solver.expected.line(gap.line);
            !line.children.is_empty() && line.max.is_none_or(|max| found < max)
        });
        for phantom in phantoms {
            let Some(best) = self.best_for_phantom(solver, &room, phantom) else {
                continue;
            };
            let gap = room[best];
            let first = self.instances.len();
            self.stand(solver, gap.line, phantom, gap.parent);
            self.claim_deep(solver, first);
            room[best].lacking = room[best].lacking.saturating_sub(1);
            gaps.retain_mut(|other| {
                let same = (other.line, other.parent) == (gap.line, gap.parent);
                other.lacking -= usize::from(same);
                other.lacking > 0
            });
            gaps.extend(self.new_gaps(solver, first));
            if room[best].lacking == 0 {
                room.remove(best);
            }
        }
    }

    /// The place that fits the phantom's children best, if it fits any of them.
    fn best_for_phantom(
        &self,
        solver: &mut Solver<'_, '_>,
        room: &[Gap],
        phantom: usize,
    ) -> Option<usize> {
        let trace = solver.tree.items[phantom].trace_id;
        let mut best: Option<((bool, u32, bool, usize), usize)> = None;
        for (index, gap) in room.iter().enumerate() {
            let Some(distance) = solver.distance(gap.line, phantom) else {
                continue;
            };
            let absent = solver.expected.cost[gap.line] + solver.extra[phantom];
            if distance >= absent {
                continue;
            }
            let above = gap.parent.and_then(|parent| self.instances[parent].item);
            let elsewhere = above.is_some_and(|item| solver.tree.items[item].trace_id != trace);
            let rank = (gap.lacking == 0, distance, elsewhere, index);
            if best.is_none_or(|(least, _)| rank < least) {
                best = Some((rank, index));
            }
        }
        best.map(|(_, index)| index)
    }

    /// What is lacking below the instances from `first` on.
    fn new_gaps(&self, solver: &Solver<'_, '_>, first: usize) -> Vec<Gap> {
        let mut counts = Counts::new();
        for instance in &self.instances[first..] {
            *counts.entry((instance.parent, instance.line)).or_default() += 1;
        }
        (first..self.instances.len())
            .flat_map(|index| self.gaps(solver, &counts, Some(index), true))
            .collect()
    }

    /// Takes what is missing in one place and extra in another, by exact service and name; what
    /// is found nowhere becomes an instance without an item.
    fn find_moved(&mut self, solver: &mut Solver<'_, '_>, gaps: Vec<Gap>) {
        let mut by_name: HashMap<&str, VecDeque<usize>> = HashMap::new();
        for (index, item) in solver.tree.items.iter().enumerate() {
            if !item.is_phantom() && self.is_extra(index) {
                by_name.entry(item.name()).or_default().push_back(index);
            }
        }
        let mut queue = VecDeque::from(gaps);
        while let Some(mut gap) = queue.pop_front() {
            while gap.lacking > 0 {
                let name = solver.expected.line(gap.line).name.as_deref();
                let candidates = name.and_then(|name| by_name.get_mut(name));
                let Some(candidates) = candidates else {
                    break;
                };
                if !self.some_extra(candidates) {
                    break;
                }
                let Some(item) = self.closest(solver, gap, candidates) else {
                    break;
                };
                let first = self.instances.len();
                self.stand(solver, gap.line, item, gap.parent);
                self.claim_deep(solver, first);
                queue.extend(self.new_gaps(solver, first));
                gap.lacking -= 1;
            }
            // Each missing span may have children of its own that are somewhere else.
            while gap.lacking > 0 {
                let lines = solver.expected.line(gap.line).children.iter();
                let mut names =
                    lines.filter_map(|line| solver.expected.line(*line).name.as_deref());
                let some = names.any(|name| {
                    by_name
                        .get_mut(name)
                        .is_some_and(|some| self.some_extra(some))
                });
                let lacking = if some { 1 } else { gap.lacking };
                let index = self.leave_missing(Gap { lacking, ..gap });
                let below = self.gaps(solver, &Counts::new(), Some(index), true);
                gap.lacking -= lacking;
                match some && gap.lacking > 0 {
                    // What hangs below this one is taken before the next one looks for its own.
                    true => {
                        queue.push_front(gap);
                        below
                            .into_iter()
                            .rev()
                            .for_each(|gap| queue.push_front(gap));
                        break;
                    }
                    false => queue.extend(below),
                }
            }
        }
    }

    /// Whether one of the candidates is still free.
    fn some_extra(&self, candidates: &mut VecDeque<usize>) -> bool {
        while candidates.front().is_some_and(|item| !self.is_extra(*item)) {
            candidates.pop_front();
        }
        !candidates.is_empty()
    }

    fn leave_missing(&mut self, gap: Gap) -> usize {
        self.instances.push(Instance {
            line: gap.line,
            item: None,
            parent: gap.parent,
            lacking: gap.lacking,
            gone: false,
        });
        self.instances.len() - 1
    }

    /// The extra item that is most like the line: one that is a child where it should link, or the other
    /// way round, before one in the trace of its parent, and that before any other.
    fn closest(
        &self,
        solver: &mut Solver<'_, '_>,
        gap: Gap,
        candidates: &VecDeque<usize>,
    ) -> Option<usize> {
        let tree = solver.tree;
        let line = solver.expected.line(gap.line);
        let above = gap.parent.and_then(|parent| self.instances[parent].item);
        let trace = above.map(|item| tree.items[item].trace_id);
        let free = candidates
            .iter()
            .copied()
            .filter(|item| self.is_extra(*item));
        let fits = free
            .filter(|item| same_key(line, &tree.items[*item]))
            .take(CANDIDATES);
        let ranked = fits.collect::<Vec<_>>().into_iter().filter_map(|item| {
            let elsewhere = trace.is_some_and(|trace| tree.items[item].trace_id != trace);
            let unrelated = !self.is_related(solver, gap, item);
            Some((solver.distance(gap.line, item)?, unrelated, elsewhere, item))
        });
        ranked.min().map(|(_, _, _, item)| item)
    }

    /// Whether the item hangs below the span that it should link to, or links to the one that it should
    /// hang below.
    fn is_related(&self, solver: &Solver<'_, '_>, gap: Gap, item: usize) -> bool {
        let items = &solver.tree.items;
        let label = |above: usize| {
            let instance = &self.instances[self.of_item[above]?];
            solver.expected.line(instance.line).label.as_ref()
        };
        let links = &solver.expected.line(gap.line).links;
        let below = items[item].parent.and_then(label);
        let wanted = gap.parent.and_then(|parent| self.instances[parent].item);
        let linked = |link: &trace_model::Link| {
            let target = (link.trace_id, link.span_id);
            wanted.is_some_and(|above| (items[above].trace_id, items[above].span_id) == target)
        };
        below.is_some_and(|label| links.contains(label))
            || items[item]
                .span
                .is_some_and(|span| span.links.iter().any(linked))
    }

    /// Extra items that a line still has room for elsewhere: one of `x1..*` nested in another.
    fn find_room(&mut self, solver: &mut Solver<'_, '_>) {
        let lines = solver.expected.shape.lines().iter().enumerate();
        let roomy = lines
            .filter(|(_, line)| line.name.is_some() && line.max.is_none_or(|max| max > line.min));
        let roomy: Vec<usize> = roomy.map(|(index, _)| index).collect();
        if roomy.is_empty() {
            return;
        }
        let mut counts = self.counts();
        let mut parents: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, instance) in self.live().filter(|(_, instance)| instance.item.is_some()) {
            parents.entry(instance.line).or_default().push(index);
        }
        for item in 0..solver.tree.items.len() {
            if !self.is_extra(item) || self.is_below_open(solver, item) {
                continue;
            }
            let fits =
                |line: &&usize| same_key(solver.expected.line(**line), &solver.tree.items[item]);
            let places = roomy.iter().filter(fits).filter_map(|line| {
                Some((
                    *line,
                    self.parent_with_room(solver, &counts, &parents, *line, item)?,
                ))
            });
            if let Some((line, parent)) = places.min_by_key(|(line, _)| *line) {
                let first = self.instances.len();
                self.stand(solver, line, item, parent);
                self.claim_deep(solver, first);
                let gaps = self.new_gaps(solver, first);
                self.find_moved(solver, gaps);
                *counts.entry((parent, line)).or_default() += 1;
            }
        }
    }

    /// The instance below which the line still has room: one above the item before one of the
    /// same trace before any other.
    fn parent_with_room(
        &self,
        solver: &Solver<'_, '_>,
        counts: &Counts,
        parents: &HashMap<usize, Vec<usize>>,
        line: usize,
        item: usize,
    ) -> Option<Option<usize>> {
        let most = solver.expected.line(line).max.unwrap_or(usize::MAX);
        let room = |parent: Option<usize>| counts.get(&(parent, line)).copied().unwrap_or(0) < most;
        let Some(above) = solver.expected.line(line).parent else {
            return room(None).then_some(None);
        };
        let tree = solver.tree;
        let is_parent = |at: &usize| self.instances[*at].line == above && room(Some(*at));
        let nearest = tree
            .ancestors(item)
            .filter_map(|at| self.of_item[at])
            .find(is_parent);
        let rank = |at: usize| {
            let other = self.instances[at].item?;
            Some((tree.items[other].trace_id != tree.items[item].trace_id, at))
        };
        let all = parents
            .get(&above)
            .into_iter()
            .flatten()
            .copied()
            .filter(is_parent);
        nearest
            .or_else(|| {
                all.take(CANDIDATES)
                    .filter_map(rank)
                    .min()
                    .map(|(_, at)| at)
            })
            .map(Some)
    }

    /// Whether the item hangs where other children are allowed.
    fn is_below_open(&self, solver: &Solver<'_, '_>, item: usize) -> bool {
        let matched = std::iter::once(item)
            .chain(solver.tree.ancestors(item))
            .skip(1);
        let above = matched.filter_map(|at| self.of_item[at]).next();
        solver
            .expected
            .open(above.map(|at| self.instances[at].line))
    }

    /// Extra items beside as many others as their line allows.
    fn note_surplus(&mut self, solver: &Solver<'_, '_>) {
        for item in 0..solver.tree.items.len() {
            let above = match solver.tree.items[item].parent {
                None => None,
                Some(parent) => match self.of_item[parent] {
                    Some(instance) => Some(self.instances[instance].line),
                    None => continue,
                },
            };
            if !self.is_extra(item) || solver.expected.open(above) {
                continue;
            }
            let tree_item: &Item<'_> = &solver.tree.items[item];
            let fits = |line: &&usize| {
                let line = solver.expected.line(**line);
                line.name.is_some() && same_key(line, tree_item)
            };
            if let Some(line) = solver.expected.shape.below(above).iter().find(fits) {
                self.surplus.insert(item, *line);
            }
        }
    }

    /// Extra items below `...`, and those between a line and a `>>` line below it.
    fn note_allowed(&mut self, solver: &Solver<'_, '_>) {
        let tree = solver.tree;
        for item in 0..tree.items.len() {
            if !self.is_extra(item) {
                continue;
            }
            self.allowed[item] = match tree.items[item].parent {
                None => solver.expected.open(None),
                Some(parent) => match self.of_item[parent] {
                    Some(above) => solver.expected.open(Some(self.instances[above].line)),
                    None => self.allowed[parent],
                },
            };
        }
        let deep = self
            .live()
            .filter(|(_, instance)| solver.expected.line(instance.line).deep);
        let deep: Vec<(Option<usize>, Option<usize>)> = deep
            .map(|(_, instance)| {
                let above = instance.parent.and_then(|at| self.instances[at].item);
                (instance.item, above)
            })
            .collect();
        for (item, above) in deep {
            let (Some(item), Some(above)) = (item, above) else {
                continue;
            };
            if tree.ancestors(item).any(|at| at == above) {
                for between in tree.ancestors(item).take_while(|at| *at != above) {
                    self.allowed[between] = true;
                }
            }
        }
    }
}
