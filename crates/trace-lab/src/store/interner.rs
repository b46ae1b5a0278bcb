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
}

impl Interner {
    pub(super) fn resource(&mut self, resource: Resource) -> Arc<Resource> {
        let mut hasher = DefaultHasher::new();
        for (key, value) in resource.attributes.iter() {
            (key, value.to_string()).hash(&mut hasher);
        }
        unique(self.resources.entry(hasher.finish()).or_default(), resource)
    }

    pub(super) fn scope(&mut self, scope: Scope) -> Arc<Scope> {
        let mut hasher = DefaultHasher::new();
        (&scope.name, &scope.version).hash(&mut hasher);
        unique(self.scopes.entry(hasher.finish()).or_default(), scope)
    }

    /// Drops entries that no trace uses any more.
    pub(super) fn forget_unused(&mut self) {
        prune(&mut self.resources);
        prune(&mut self.scopes);
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
