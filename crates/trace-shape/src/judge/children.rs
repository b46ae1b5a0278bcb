//! Assigns the items below one item to the lines below one line.
//!
//! Few children are assigned exactly. Many are first paired where they are equal, found by what
//! they hold rather than by comparing each with each; what remains is assigned exactly if it is
//! few, and otherwise by service and name in order.

use std::collections::HashMap;

use super::{
    distance::{Pair, Solver},
    hungarian,
    lookup::Lookup,
};

/// Up to so many slots and items are assigned exactly.
const EXACT_UNITS: usize = 128;
/// Up to so many pairs of classes are compared each with each.
const EXACT_PAIRS: usize = 4_096;
/// How many equal-looking items are tried for one line.
const TRIES: usize = 8;

/// An assignment and what it costs, missing lines and extra items included.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) cost: u32,
}

/// Lines of one class.
struct Lines {
    class: usize,
    members: Vec<usize>,
    must: usize,
    may: usize,
}

/// Items of one class.
struct Items {
    class: usize,
    members: Vec<usize>,
}

pub(super) struct Children {
    lines: Vec<Lines>,
    items: Vec<Items>,
    /// What one missing line, one extra item of a class costs.
    missing: Vec<u32>,
    extra: Vec<u32>,
    /// What is still to be assigned.
    must: Vec<usize>,
    may: Vec<usize>,
    have: Vec<usize>,
    /// Group of lines, group of items, how many.
    taken: Vec<(usize, usize, usize)>,
}

type Needs = Result<(), Vec<Pair>>;

impl Children {
    pub(super) fn new(
        solver: &Solver<'_, '_>,
        lines: &[usize],
        items: &[usize],
        open: bool,
    ) -> Self {
        let lines = group_lines(solver, lines, items.len());
        let items = group_items(solver, items);
        let extra = |group: &Items| {
            if open {
                0
            } else {
                solver.extra[group.members[0]]
            }
        };
        Self {
            missing: lines
                .iter()
                .map(|group| solver.expected.cost[group.members[0]])
                .collect(),
            extra: items.iter().map(extra).collect(),
            must: lines.iter().map(|group| group.must).collect(),
            may: lines.iter().map(|group| group.may).collect(),
            have: items.iter().map(|group| group.members.len()).collect(),
            lines,
            items,
            taken: Vec::new(),
        }
    }

    /// # Errors
    /// The distances that have to be computed first.
    pub(super) fn assign(mut self, solver: &Solver<'_, '_>) -> Result<Pairs, Vec<Pair>> {
        let was_small = self.is_small();
        let before = was_small.then(|| (self.must.clone(), self.may.clone(), self.have.clone()));
        self.take_equal(solver)?;
        if self.rest_is_free() {
            return Ok(self.finish(solver));
        }
        if let Some(before) = before {
            (self.must, self.may, self.have) = before;
            self.taken.clear();
        }
        if was_small || self.is_small() {
            self.take_cheapest(solver)?;
        } else {
            self.take_alike(solver)?;
        }
        Ok(self.finish(solver))
    }

    /// Whether all that must be there is there, and nothing is left.
    fn rest_is_free(&self) -> bool {
        let left = self
            .have
            .iter()
            .zip(&self.extra)
            .any(|(have, extra)| *have > 0 && *extra > 0);
        !left && self.must.iter().all(|must| *must == 0)
    }

    fn is_small(&self) -> bool {
        let some = |counts: &[usize]| counts.iter().filter(|count| **count > 0).count();
        let slots = self
            .must
            .iter()
            .zip(&self.may)
            .filter(|(must, may)| *must + *may > 0)
            .count();
        let units = self
            .must
            .iter()
            .zip(&self.may)
            .map(|(must, may)| must + may)
            .sum::<usize>();
        slots * some(&self.have) <= EXACT_PAIRS
            && units <= EXACT_UNITS
            && self.have.iter().sum::<usize>() <= EXACT_UNITS
    }

    fn pair(&self, line: usize, item: usize) -> Pair {
        (self.lines[line].class, self.items[item].class)
    }

    /// Pairs lines with items that fit them at no cost, what must be there first.
    fn take_equal(&mut self, solver: &Solver<'_, '_>) -> Needs {
        let mut lookup = Lookup::new(self.items.iter().map(|group| group.members[0]));
        let mut needed = Vec::new();
        for mandatory in [true, false] {
            for line in 0..self.lines.len() {
                let candidates = lookup.equal(solver, self.lines[line].members[0]);
                let open = candidates
                    .iter()
                    .copied()
                    .filter(|item| self.have[*item] > 0);
                for item in open.take(TRIES).collect::<Vec<_>>() {
                    let left = if mandatory {
                        self.must[line]
                    } else {
                        self.may[line]
                    };
                    let count = left.min(self.have[item]);
                    if count == 0 {
                        break;
                    }
                    let known = solver.known(self.pair(line, item));
                    match known {
                        None => needed.push(self.pair(line, item)),
                        Some(Some(0)) => {}
                        Some(_) => continue,
                    }
                    self.take(line, item, count, mandatory);
                }
                lookup.forget(solver, self.lines[line].members[0], &self.have);
            }
        }
        if needed.is_empty() {
            Ok(())
        } else {
            Err(needed)
        }
    }

    fn take(&mut self, line: usize, item: usize, count: usize, mandatory: bool) {
        let left = if mandatory {
            &mut self.must
        } else {
            &mut self.may
        };
        left[line] -= count;
        self.have[item] -= count;
        self.taken.push((line, item, count));
    }

    /// Assigns what is left at the least cost.
    fn take_cheapest(&mut self, solver: &Solver<'_, '_>) -> Needs {
        let gains = self.gains(solver)?;
        let (rows, slots) = (self.rows(), self.slots());
        let columns = slots.len() + rows.len();
        let mut cost = vec![0_i64; rows.len() * columns];
        for (at, (item, place)) in rows.iter().enumerate() {
            for (slot, (line, mandatory, wanted)) in slots.iter().enumerate() {
                let Some(distance) = gains.get(&(*line, *item)) else {
                    cost[at * columns + slot] = i64::MAX / 1024;
                    continue;
                };
                let missing = if *mandatory {
                    i64::from(self.missing[*line])
                } else {
                    0
                };
                let gain = i64::from(*distance) - missing - i64::from(self.extra[*item]);
                // Of equally cheap ones: rather a pair than none, rather one that is right and one
                // that is missing than two that are half right, rather in order than not.
                let doubt = i64::from((*distance).min(255)) << 12;
                let order = place.abs_diff(*wanted) as i64;
                cost[at * columns + slot] = (gain << 30) - (1 << 20) + doubt + order.min(1 << 11);
            }
        }
        let chosen = hungarian::cheapest(rows.len(), columns, &cost);
        for (row, column) in chosen.into_iter().enumerate() {
            if let Some((line, mandatory, _)) = slots.get(column)
                && cost[row * columns + column] < 0
            {
                self.take(*line, rows[row].0, 1, *mandatory);
            }
        }
        Ok(())
    }

    /// The distances between all groups that can be the same and have something left.
    fn gains(&self, solver: &Solver<'_, '_>) -> Result<HashMap<(usize, usize), u32>, Vec<Pair>> {
        let (mut gains, mut needed) = (HashMap::new(), Vec::new());
        let renames = self.renames(solver);
        for line in (0..self.lines.len()).filter(|line| self.must[*line] + self.may[*line] > 0) {
            for item in (0..self.items.len()).filter(|item| self.have[*item] > 0) {
                let renamed =
                    !solver.same_key(self.lines[line].members[0], self.items[item].members[0]);
                if renamed && !(renames.0[line] && renames.1[item]) {
                    continue;
                }
                match solver.known(self.pair(line, item)) {
                    None => needed.push(self.pair(line, item)),
                    Some(Some(cost)) => drop(gains.insert((line, item), cost.min(1 << 24))),
                    Some(None) => {}
                }
            }
        }
        if needed.is_empty() {
            Ok(gains)
        } else {
            Err(needed)
        }
    }

    /// Which groups of lines lack a span, and which groups of items are too many, of their own
    /// service and name: a rename is looked for between those only.
    fn renames(&self, solver: &Solver<'_, '_>) -> (Vec<bool>, Vec<bool>) {
        let line = |group: usize| solver.expected.line(self.lines[group].members[0]);
        let item = |group: usize| &solver.tree.items[self.items[group].members[0]];
        let mut asked: HashMap<(Option<&str>, Option<&str>), usize> = HashMap::new();
        let mut there: HashMap<(Option<&str>, Option<&str>), usize> = HashMap::new();
        for group in 0..self.lines.len() {
            let key = (line(group).service.as_deref(), line(group).name.as_deref());
            *asked.entry(key).or_default() += self.must[group] + self.may[group];
        }
        for group in 0..self.items.len() {
            let key = (Some(item(group).service()), Some(item(group).name()));
            *there.entry(key).or_default() += self.have[group];
        }
        let lacks = |group: usize| {
            let key = (line(group).service.as_deref(), line(group).name.as_deref());
            there.get(&key).copied().unwrap_or(0) < asked[&key]
        };
        let too_many = |group: usize| {
            let key = (Some(item(group).service()), Some(item(group).name()));
            item(group).is_phantom() || asked.get(&key).copied().unwrap_or(0) < there[&key]
        };
        let lacking = (0..self.lines.len()).map(lacks).collect();
        (lacking, (0..self.items.len()).map(too_many).collect())
    }

    /// One row for each item: its group and place.
    fn rows(&self) -> Vec<(usize, usize)> {
        let groups = self.items.iter().enumerate();
        let rows = groups.flat_map(|(group, items)| {
            let left = items.members.len() - self.have[group];
            items.members[left..].iter().map(move |item| (group, *item))
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|(_, item)| *item);
        ranks(rows)
    }

    /// One column for each span that a line asks for or allows: its group, whether it must be
    /// there, and its place.
    fn slots(&self) -> Vec<(usize, bool, usize)> {
        let mut slots = Vec::new();
        for (group, lines) in self.lines.iter().enumerate() {
            let place = |nth: usize| lines.members[nth.min(lines.members.len() - 1)];
            slots.extend((0..self.must[group]).map(|nth| ((group, true), place(nth))));
            slots.extend((0..self.may[group]).map(|nth| ((group, false), place(nth))));
        }
        slots.sort_by_key(|(_, line)| *line);
        ranks(slots)
            .into_iter()
            .map(|((group, must), place)| (group, must, place))
            .collect()
    }

    /// Pairs many by service and name in order: each line with the closest of the next few.
    fn take_alike(&mut self, solver: &Solver<'_, '_>) -> Needs {
        let mut lookup = Lookup::new(self.items.iter().map(|group| group.members[0]));
        let mut needed = Vec::new();
        for line in 0..self.lines.len() {
            if self.must[line] + self.may[line] == 0 {
                continue;
            }
            let first = self.lines[line].members[0];
            lookup.forget_alike(solver, first, &self.have);
            let candidates = lookup.alike(solver, first).iter().copied();
            let candidates = candidates.filter(|item| self.have[*item] > 0).take(TRIES);
            let mut best: Option<(u32, usize)> = None;
            for item in candidates.collect::<Vec<_>>() {
                match solver.known(self.pair(line, item)) {
                    None => needed.push(self.pair(line, item)),
                    Some(Some(cost)) if best.is_none_or(|(least, _)| cost < least) => {
                        best = Some((cost, item));
                    }
                    Some(_) => {}
                }
            }
            let worth = |(cost, item): &(u32, usize)| {
                *cost <= self.missing[line].saturating_add(self.extra[*item])
            };
            if let Some((_, item)) = best.filter(worth) {
                let mandatory = self.must[line] > 0;
                let left = if mandatory {
                    self.must[line]
                } else {
                    self.may[line]
                };
                self.take(line, item, left.min(self.have[item]), mandatory);
            }
        }
        if needed.is_empty() {
            Ok(())
        } else {
            Err(needed)
        }
    }

    fn finish(mut self, solver: &Solver<'_, '_>) -> Pairs {
        let mut cost = 0_u32;
        for (line, item, count) in &self.taken {
            let one = solver
                .known(self.pair(*line, *item))
                .flatten()
                .unwrap_or_default();
            cost = cost.saturating_add(one.saturating_mul(clamp(*count)));
        }
        for (count, one) in self.must.iter().zip(&self.missing) {
            cost = cost.saturating_add(one.saturating_mul(clamp(*count)));
        }
        for (count, one) in self.have.iter().zip(&self.extra) {
            cost = cost.saturating_add(one.saturating_mul(clamp(*count)));
        }
        let pairs = self.units(solver);
        Pairs { pairs, cost }
    }

    /// Hands the items of each group to its lines, both in order.
    fn units(&mut self, solver: &Solver<'_, '_>) -> Vec<(usize, usize)> {
        let mut next = vec![0; self.items.len()];
        let mut given: Vec<Vec<usize>> = vec![Vec::new(); self.lines.len()];
        for (line, item, count) in &self.taken {
            let from = next[*item];
            next[*item] += count;
            given[*line].extend(&self.items[*item].members[from..next[*item]]);
        }
        let mut pairs = Vec::new();
        for (group, mut items) in self.lines.iter().zip(given) {
            items.sort_unstable();
            let mut items = items.into_iter();
            let line = |line: &usize| solver.expected.line(*line);
            for member in &group.members {
                pairs.extend(
                    items
                        .by_ref()
                        .take(line(member).min)
                        .map(|item| (*member, item)),
                );
            }
            for member in &group.members {
                let more = line(member)
                    .max
                    .map_or(usize::MAX, |max| max - line(member).min);
                pairs.extend(items.by_ref().take(more).map(|item| (*member, item)));
            }
        }
        pairs.sort_unstable();
        pairs
    }
}

fn clamp(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Replaces places by their ranks.
fn ranks<T>(sorted: Vec<(T, usize)>) -> Vec<(T, usize)> {
    sorted
        .into_iter()
        .enumerate()
        .map(|(rank, (what, _))| (what, rank))
        .collect()
}

fn group_lines(solver: &Solver<'_, '_>, lines: &[usize], items: usize) -> Vec<Lines> {
    let mut groups: Vec<Lines> = Vec::new();
    let mut known: HashMap<usize, usize> = HashMap::new();
    for index in lines.iter().copied() {
        let (line, class) = (solver.expected.line(index), solver.expected.class[index]);
        if line.deep {
            continue;
        }
        let group = *known.entry(class).or_insert(groups.len());
        if group == groups.len() {
            let (members, must, may) = (Vec::new(), 0, 0);
            groups.push(Lines {
                class,
                members,
                must,
                may,
            });
        }
        let may = line.max.map_or(items, |max| max - line.min);
        let group = &mut groups[group];
        group.members.push(index);
        group.must += line.min;
        // More than there are items is never used.
        group.may = (group.may + may).min(items);
    }
    groups
}

fn group_items(solver: &Solver<'_, '_>, items: &[usize]) -> Vec<Items> {
    let mut groups: Vec<Items> = Vec::new();
    let mut known: HashMap<usize, usize> = HashMap::new();
    for index in items.iter().copied() {
        let class = solver.tree.items[index].class;
        let group = *known.entry(class).or_insert(groups.len());
        if group == groups.len() {
            let members = Vec::new();
            groups.push(Items { class, members });
        }
        groups[group].members.push(index);
    }
    groups
}
