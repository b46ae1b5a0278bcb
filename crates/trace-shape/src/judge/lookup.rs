//! Finds the items that a line may equal by what they hold.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::distance::Solver;
use crate::{Line, Want};

/// Groups of items by the values of some attributes.
#[derive(Default)]
struct Index(HashMap<u64, Vec<usize>>);

/// Groups of items, found by key and by the attributes that a line asks for.
pub(super) struct Lookup {
    /// One item of each group.
    items: Vec<usize>,
    by_keys: HashMap<Vec<String>, Index>,
}

impl Lookup {
    pub(super) fn new(_: &Solver<'_, '_>, items: impl Iterator<Item = usize>) -> Self {
        Self {
            items: items.collect(),
            by_keys: HashMap::new(),
        }
    }

    /// The groups that agree with the line in service, name and every attribute that it gives a
    /// value; none for a line with `*`.
    pub(super) fn equal(&mut self, solver: &Solver<'_, '_>, line: usize) -> &[usize] {
        let rules = literal(solver.expected.line(line));
        self.find(solver, line, &rules)
    }

    /// The groups that agree with the line in service and name.
    pub(super) fn alike(&mut self, solver: &Solver<'_, '_>, line: usize) -> &[usize] {
        self.find(solver, line, &[])
    }

    /// Drops the groups of which nothing is left.
    pub(super) fn forget(&mut self, solver: &Solver<'_, '_>, line: usize, have: &[usize]) {
        let rules = literal(solver.expected.line(line));
        self.drop_empty(solver, line, &rules, have);
    }

    /// The same for [`Lookup::alike`].
    pub(super) fn forget_alike(&mut self, solver: &Solver<'_, '_>, line: usize, have: &[usize]) {
        self.alike(solver, line);
        self.drop_empty(solver, line, &[], have);
    }

    fn drop_empty(
        &mut self,
        solver: &Solver<'_, '_>,
        line: usize,
        rules: &[(&str, &str)],
        have: &[usize],
    ) {
        let keys: Vec<String> = rules.iter().map(|(key, _)| (*key).to_owned()).collect();
        let key = line_key(solver.expected.line(line), rules);
        let bucket = self
            .by_keys
            .get_mut(&keys)
            .and_then(|index| index.0.get_mut(&key?));
        let Some(bucket) = bucket else { return };
        // Those in front are used up first; scanning on would cost more than it saves.
        let empty = bucket.iter().take_while(|group| have[**group] == 0).count();
        bucket.drain(..empty);
    }

    fn find(&mut self, solver: &Solver<'_, '_>, line: usize, rules: &[(&str, &str)]) -> &[usize] {
        let Some(key) = line_key(solver.expected.line(line), rules) else {
            return &[];
        };
        let keys: Vec<String> = rules.iter().map(|(key, _)| (*key).to_owned()).collect();
        let items = &self.items;
        let index = self.by_keys.entry(keys).or_insert_with_key(|keys| {
            let mut index = Index::default();
            for (group, item) in items.iter().enumerate() {
                let key = item_key(solver, *item, keys);
                index.0.entry(key).or_default().push(group);
            }
            index
        });
        index.0.get(&key).map_or(&[], Vec::as_slice)
    }
}

fn literal(line: &Line) -> Vec<(&str, &str)> {
    let rules = line.attributes.iter().filter_map(|rule| match &rule.want {
        Want::Text(text) => Some((rule.key.as_str(), text.as_str())),
        _ => None,
    });
    let mut rules: Vec<_> = rules.collect();
    rules.sort_unstable();
    rules
}

fn line_key(line: &Line, rules: &[(&str, &str)]) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    line.service.as_deref()?.hash(&mut hasher);
    line.name.as_deref()?.hash(&mut hasher);
    for (_, value) in rules {
        value.hash(&mut hasher);
    }
    Some(hasher.finish())
}

fn item_key(solver: &Solver<'_, '_>, item: usize, keys: &[String]) -> u64 {
    let item = &solver.tree.items[item];
    let mut hasher = DefaultHasher::new();
    item.service().hash(&mut hasher);
    item.name().hash(&mut hasher);
    for key in keys {
        let value = item.span.and_then(|span| span.attributes.get(key));
        value
            .map(ToString::to_string)
            .unwrap_or_default()
            .as_str()
            .hash(&mut hasher);
    }
    hasher.finish()
}
