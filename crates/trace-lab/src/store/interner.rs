//! One copy of each resource and scope, however many batches repeat it.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Weak},
};

use trace_model::{Resource, Scope};

/// Values by a hash of their text; the store's traces are what keeps them alive.
#[derive(Debug, Default)]
pub(super) struct Interner {
    resources: HashMap<u64, Vec<Weak<Resource>>>,
    scopes: HashMap<u64, Vec<Weak<Scope>>>,
    /// How many keys there may be before those that nobody uses are dropped.
    sweep_at: usize,
}

/// Below this a sweep is not worth its time.
const FEW: usize = 1_024;

impl Interner {
    pub(super) fn resource(&mut self, resource: Resource) -> Arc<Resource> {
        self.sweep();
        let mut hasher = DefaultHasher::new();
        for (key, value) in resource.attributes.iter() {
            (key, value.to_string()).hash(&mut hasher);
        }
        unique(self.resources.entry(hasher.finish()).or_default(), resource)
    }

    pub(super) fn scope(&mut self, scope: Scope) -> Arc<Scope> {
        self.sweep();
        let mut hasher = DefaultHasher::new();
        (&scope.name, &scope.version).hash(&mut hasher);
        unique(self.scopes.entry(hasher.finish()).or_default(), scope)
    }

    /// Drops entries that no trace uses any more, whenever there are twice as many as last time.
    fn sweep(&mut self) {
        if self.resources.len() + self.scopes.len() > self.sweep_at.max(FEW) {
            prune(&mut self.resources);
            prune(&mut self.scopes);
            self.sweep_at = 2 * (self.resources.len() + self.scopes.len());
        }
    }
}

fn unique<T: PartialEq>(bucket: &mut Vec<Weak<T>>, value: T) -> Arc<T> {
    if let Some(known) = bucket
        .iter()
        .filter_map(Weak::upgrade)
        .find(|known| **known == value)
    {
        return known;
    }
    let value = Arc::new(value);
    bucket.push(Arc::downgrade(&value));
    value
}

fn prune<T>(map: &mut HashMap<u64, Vec<Weak<T>>>) {
    map.retain(|_, bucket| {
        bucket.retain(|value| value.strong_count() > 0);
        !bucket.is_empty()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one_and_unused_ones_are_forgotten() {
        let mut interner = Interner::default();
        let scope = |name: usize| Scope {
            name: name.to_string(),
            version: String::new(),
        };
        let first = interner.scope(scope(0));
        assert!(Arc::ptr_eq(&first, &interner.scope(scope(0))));
        for name in 1..10 * FEW {
            drop(interner.scope(scope(name)));
        }
        assert!(
            interner.scopes.len() <= FEW + 1,
            "{}",
            interner.scopes.len()
        );
        assert!(
            Arc::ptr_eq(&first, &interner.scope(scope(0))),
            "still in use"
        );
    }
}
