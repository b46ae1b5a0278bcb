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
    pub(super) fn new(items: impl Iterator<Item = usize>) -> Self {
        Self {
            items: items.collect(),
            by_keys: HashMap::new(),
        }
    }

    /// The groups that agree with the line in service, name and every attribute that it gives a
    /// value; none for a line with `*`.
    pub(super) fn equal(&mut self, solver: &Solver<'_, '_>, line: usize) -> &[usize] {
        let rules = literal(solver.expected.line(line));
        self.find(solver, line, Some(&rules))
    }

    /// The groups that agree with the line in service and name.
    pub(super) fn alike(&mut self, solver: &Solver<'_, '_>, line: usize) -> &[usize] {
        self.find(solver, line, None)
    }

    /// Drops the groups of which nothing is left.
    pub(super) fn forget(&mut self, solver: &Solver<'_, '_>, line: usize, have: &[usize]) {
        let rules = literal(solver.expected.line(line));
        self.drop_empty(solver, line, Some(&rules), have);
    }

    /// The same for [`Lookup::alike`].
    pub(super) fn forget_alike(&mut self, solver: &Solver<'_, '_>, line: usize, have: &[usize]) {
        self.alike(solver, line);
        self.drop_empty(solver, line, None, have);
    }

    fn drop_empty(
        &mut self,
        solver: &Solver<'_, '_>,
        line: usize,
        rules: Option<&[(&str, &str)]>,
        have: &[usize],
    ) {
        let keys: Vec<String> = rules
            .unwrap_or_default()
            .iter()
            .map(|(key, _)| (*key).to_owned())
            .collect();
        let key = line_key(solver, line, rules);
        let bucket = self
            .by_keys
            .get_mut(&keys)
            .and_then(|index| index.0.get_mut(&key?));
        let Some(bucket) = bucket else { return };
        // Those in front are used up first; scanning on would cost more than it saves.
        let empty = bucket.iter().take_while(|group| have[**group] == 0).count();
        bucket.drain(..empty);
    }

    fn find(
        &mut self,
        solver: &Solver<'_, '_>,
        line: usize,
        rules: Option<&[(&str, &str)]>,
    ) -> &[usize] {
        let Some(key) = line_key(solver, line, rules) else {
            return &[];
        };
        let keys: Vec<String> = rules
            .unwrap_or_default()
            .iter()
            .map(|(key, _)| (*key).to_owned())
            .collect();
        let items = &self.items;
        let index = self.by_keys.entry(keys).or_insert_with_key(|keys| {
            let mut index = Index::default();
            for (group, item) in items.iter().enumerate() {
                for key in item_keys(solver, *item, keys) {
                    index.0.entry(key).or_default().push(group);
                }
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

/// `alike` asks for service and name alone, and `equal` for all that hangs below as well.
fn line_key(solver: &Solver<'_, '_>, line: usize, rules: Option<&[(&str, &str)]>) -> Option<u64> {
    let expected = solver.expected;
    let print = rules.and(expected.fingerprint[line]);
    let line = expected.line(line);
    let (service, name) = (line.service.as_deref()?, line.name.as_deref()?);
    let values = rules.unwrap_or_default().iter().map(|(_, value)| *value);
    Some(key(service, name, print, values))
}

/// The key with and the key without what hangs below.
fn item_keys(solver: &Solver<'_, '_>, item: usize, keys: &[String]) -> [u64; 2] {
    let item = &solver.tree.items[item];
    let value = |key: &String| {
        let value = item.span.and_then(|span| span.attributes.get(key));
        value.map(ToString::to_string).unwrap_or_default()
    };
    let values: Vec<String> = keys.iter().map(value).collect();
    let values = || values.iter().map(String::as_str);
    let key = |print| key(item.service(), item.name(), print, values());
    [key(Some(item.fingerprint)), key(None)]
}

fn key<'v>(
    service: &str,
    name: &str,
    print: Option<u64>,
    values: impl Iterator<Item = &'v str>,
) -> u64 {
    let mut hasher = DefaultHasher::new();
    (service, name, print).hash(&mut hasher);
    values.for_each(|value| value.hash(&mut hasher));
    hasher.finish()
}
