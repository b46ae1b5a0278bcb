//! The expected side: lines as classes, with what it costs that they are absent.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use super::tree::WHOLE_SPAN;
use crate::{Line, Shape};

/// Lines of a shape, with what the comparison needs to know of them.
pub(super) struct Expected<'s> {
    pub(super) shape: &'s Shape,
    /// What it costs that one span of a line is absent, with all that must hang below it.
    pub(super) cost: Vec<u32>,
    /// Lines of one class ask for the same.
    pub(super) class: Vec<usize>,
    /// One line of each class.
    pub(super) classes: Vec<usize>,
    /// Services and names of all that must hang below a line, where that is fixed: whatever equals
    /// the line has the same fingerprint.
    pub(super) fingerprint: Vec<Option<u64>>,
    /// Services and names that lines ask for.
    named: HashSet<(&'s str, &'s str)>,
}

/// More of one line than this are not spelt out in a fingerprint.
const FINGERPRINT_COUNT: usize = 64;

impl<'s> Expected<'s> {
    pub(super) fn new(shape: &'s Shape) -> Self {
        let key = |line: &'s Line| Some((line.service.as_deref()?, line.name.as_deref()?));
        let mut made = Self {
            shape,
            named: shape.lines().iter().filter_map(key).collect(),
            cost: vec![WHOLE_SPAN; shape.lines().len()],
            class: vec![0; shape.lines().len()],
            classes: Vec::new(),
            fingerprint: vec![None; shape.lines().len()],
        };
        let links = shape.lines().iter().flat_map(|line| &line.links);
        let linked: HashSet<&str> = links.map(String::as_str).collect();
        let mut known: HashMap<(String, Vec<usize>), usize> = HashMap::new();
        for index in (0..shape.lines().len()).rev() {
            let line = &shape.lines()[index];
            let mut below: Vec<usize> = line.children.iter().map(|c| made.class[*c]).collect();
            below.sort_unstable();
            let next = made.classes.len();
            let class = *known.entry((content(line, &linked), below)).or_insert(next);
            if class == next {
                made.classes.push(index);
            }
            made.class[index] = class;
            made.fingerprint[index] = made.fingerprint_of(line);
            made.add_cost(index, line);
        }
        made
    }

    /// Whether a line asks for just that service and name: then the span is in the wrong place rather
    /// than misnamed.
    pub(super) fn names(&self, service: &str, name: &str) -> bool {
        self.named.contains(&(service, name))
    }

    fn add_cost(&mut self, index: usize, line: &Line) {
        if line.deep {
            return;
        }
        let all = u32::try_from(line.min)
            .unwrap_or(u32::MAX)
            .saturating_mul(self.cost[index]);
        if let Some(parent) = line.parent {
            self.cost[parent] = self.cost[parent].saturating_add(all);
        }
    }

    fn fingerprint_of(&self, line: &Line) -> Option<u64> {
        let mut below = Vec::new();
        for child in &line.children {
            let (child, print) = (self.line(*child), self.fingerprint[*child]?);
            let fixed = child.max == Some(child.min) && child.min <= FINGERPRINT_COUNT;
            below.extend((fixed && !child.deep).then(|| vec![print; child.min])?);
        }
        let (service, name) = (line.service.as_deref()?, line.name.as_deref()?);
        (!line.open).then(|| fingerprint(service, name, below))
    }

    pub(super) fn line(&self, index: usize) -> &'s Line {
        &self.shape.lines()[index]
    }

    pub(super) fn open(&self, line: Option<usize>) -> bool {
        line.map_or(self.shape.open, |line| self.line(line).open)
    }
}

/// All that a line asks for, without its place, and without a label that nobody links to.
fn content(line: &Line, linked: &HashSet<&str>) -> String {
    let label = line
        .label
        .clone()
        .filter(|label| linked.contains(label.as_str()));
    let mut text = Line {
        label,
        ..line.clone()
    }
    .to_string();
    if line.open {
        text.push_str(" ...");
    }
    text
}

/// A number for a service, a name and what hangs below, in any order.
pub(super) fn fingerprint(service: &str, name: &str, mut below: Vec<u64>) -> u64 {
    below.sort_unstable();
    let mut hasher = DefaultHasher::new();
    (service, name, below).hash(&mut hasher);
    hasher.finish()
}
