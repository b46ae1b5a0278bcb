//! The bounded store: traces in shards, oldest out first.
//!
//! Where state lives: a handle → 16 shards, each a mutex around the traces whose ids fall in it →
//! a trace, an [`Arc`] that readers take a copy of. A writer changes a trace in place, or a copy
//! of its list of spans where a reader still holds the old one: readers never wait and never see
//! half a batch. Beside the shards one queue remembers the order of arrival for eviction. Nobody
//! takes a shard's lock and then the queue's.

mod interner;
mod limits;
mod search;
mod trace;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
};

use trace_model::{Span, TraceId};

use crate::ingest::{Full, Sink};
use interner::Interner;
use trace::Entry;

pub use search::{Operation, Search};
pub use trace::{Kept, Trace};

const SHARDS: usize = 16;

/// What a store may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory for all traces.
    pub bytes: usize,
    /// Spans of one trace.
    pub spans_per_trace: usize,
}

impl Default for Limits {
    /// 256 MiB, and 50 000 spans a trace.
    fn default() -> Self {
        Self {
            bytes: 256 << 20,
            spans_per_trace: 50_000,
        }
    }
}

impl Limits {
    /// One trace takes at most a quarter, so that a broken one cannot push out all others.
    fn bytes_per_trace(self) -> usize {
        self.bytes / 4
    }

    /// Pins hold at most half, so that there is always something to evict.
    fn pinned_bytes(self) -> usize {
        self.bytes / 2
    }
}

/// How full a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Traces held.
    pub traces: usize,
    /// Bytes counted for them.
    pub bytes: usize,
    /// Traces that made room for newer ones so far.
    pub evicted: u64,
}

/// Spans by trace, bounded by bytes.
#[derive(Debug, Default)]
pub struct Store {
    limits: Limits,
    shards: [Mutex<HashMap<TraceId, Entry>>; SHARDS],
    queue: Mutex<Queue>,
    interner: Mutex<Interner>,
    bytes: AtomicUsize,
    evicted: AtomicU64,
    arrivals: AtomicU64,
}

#[derive(Debug, Default)]
struct Queue {
    /// Traces by first arrival.
    order: VecDeque<TraceId>,
    pinned: HashSet<TraceId>,
}

/// Nothing of ours panics while it holds a lock; should it, the data is whole all the same.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// An empty store.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Keeps spans: oversized parts are cut, identical duplicates dropped. Returns one sentence
    /// for each span that is not kept.
    ///
    /// # Errors
    /// [`Full`] when what is pinned leaves no room.
    pub fn insert(&self, spans: Vec<Span>) -> Result<Vec<String>, Full> {
        let mut traces: HashMap<TraceId, Vec<Kept>> = HashMap::new();
        let mut shared = limits::Shared::new(&self.interner);
        for span in &spans {
            let kept = limits::cut(span, &mut shared);
            traces.entry(span.trace_id).or_default().push(kept);
        }
        drop(spans);
        let mut rejected = Vec::new();
        for (id, spans) in traces {
            rejected.extend(self.insert_trace(id, spans)?);
        }
        Ok(rejected)
    }

    fn insert_trace(&self, id: TraceId, spans: Vec<Kept>) -> Result<Vec<String>, Full> {
        if !self.has_room_beside_pins() {
            return Err(Full);
        }
        let mut rejected = Vec::new();
        let mut shard = lock(self.shard(id));
        let new = !shard.contains_key(&id);
        let entry = shard
            .entry(id)
            .or_insert_with(|| Entry::new(id, self.arrivals.fetch_add(1, Relaxed)));
        let before = entry.bytes();
        for span in spans {
            let name = span.span.name.clone();
            if let Err(refused) = entry.add(span, self.limits) {
                rejected.push(format!("span {name:?} was left out: {refused}"));
            }
        }
        let (grown, empty) = (entry.bytes() - before, entry.trace.spans.is_empty());
        if empty {
            shard.remove(&id);
        } else {
            self.bytes.fetch_add(grown, Relaxed);
        }
        drop(shard);
        if new && !empty {
            lock(&self.queue).order.push_back(id);
        }
        self.evict();
        Ok(rejected)
    }

    /// Pinned traces may grow after they were pinned; past three quarters nothing new is taken.
    fn has_room_beside_pins(&self) -> bool {
        if self.bytes.load(Relaxed) < self.limits.bytes / 4 * 3 {
            return true;
        }
        let pinned: Vec<TraceId> = lock(&self.queue).pinned.iter().copied().collect();
        self.bytes_of(&pinned) < self.limits.bytes / 4 * 3
    }

    fn bytes_of(&self, ids: &[TraceId]) -> usize {
        let bytes = |id: &TraceId| lock(self.shard(*id)).get(id).map_or(0, Entry::bytes);
        ids.iter().map(bytes).sum()
    }

    /// Removes the oldest traces, pinned ones excepted, until the rest fits.
    fn evict(&self) {
        if self.bytes.load(Relaxed) <= self.limits.bytes {
            return;
        }
        let mut queue = lock(&self.queue);
        let mut spared = Vec::new();
        while self.bytes.load(Relaxed) > self.limits.bytes {
            let Some(id) = queue.order.pop_front() else {
                break;
            };
            if queue.pinned.contains(&id) {
                spared.push(id);
            } else {
                self.remove(id);
                self.evicted.fetch_add(1, Relaxed);
            }
        }
        for id in spared.into_iter().rev() {
            queue.order.push_front(id);
        }
    }

    fn remove(&self, id: TraceId) {
        if let Some(entry) = lock(self.shard(id)).remove(&id) {
            self.bytes.fetch_sub(entry.bytes(), Relaxed);
        }
    }

    /// Protects a trace from eviction; false when it is not here, or pins hold half of the store.
    pub fn pin(&self, id: TraceId) -> bool {
        let mut queue = lock(&self.queue);
        if !queue.order.contains(&id) {
            return false;
        }
        let mut pinned: Vec<TraceId> = queue.pinned.iter().copied().collect();
        pinned.push(id);
        let fits = self.bytes_of(&pinned) <= self.limits.pinned_bytes();
        if fits {
            queue.pinned.insert(id);
        }
        fits
    }

    /// Lifts a pin; false when there was none.
    pub fn unpin(&self, id: TraceId) -> bool {
        lock(&self.queue).pinned.remove(&id)
    }

    /// Whether a trace is pinned.
    #[must_use]
    pub fn is_pinned(&self, id: TraceId) -> bool {
        lock(&self.queue).pinned.contains(&id)
    }

    /// Removes all traces, pinned ones too.
    pub fn clear(&self) {
        let mut queue = lock(&self.queue);
        queue.pinned.clear();
        queue.order.drain(..).for_each(|id| self.remove(id));
    }

    /// A trace as it is now.
    #[must_use]
    pub fn trace(&self, id: TraceId) -> Option<Arc<Trace>> {
        lock(self.shard(id))
            .get(&id)
            .map(|entry| entry.trace.clone())
    }

    /// All traces as they are now, the latest arrival first.
    #[must_use]
    pub fn traces(&self) -> Vec<Arc<Trace>> {
        let mut traces = Vec::new();
        for shard in &self.shards {
            traces.extend(lock(shard).values().map(|entry| entry.trace.clone()));
        }
        traces.sort_by_key(|trace| std::cmp::Reverse(trace.arrival));
        traces
    }

    /// How full it is.
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage {
            traces: self.shards.iter().map(|shard| lock(shard).len()).sum(),
            bytes: self.bytes.load(Relaxed),
            evicted: self.evicted.load(Relaxed),
        }
    }

    /// Trace ids need not be random in every byte: all of them decide.
    fn shard(&self, id: TraceId) -> &Mutex<HashMap<TraceId, Entry>> {
        let fold = id
            .to_bytes()
            .iter()
            .fold(0_usize, |sum, byte| sum.wrapping_mul(31) + *byte as usize);
        &self.shards[fold % SHARDS]
    }
}

impl Sink for Store {
    fn accept(&self, spans: Vec<Span>) -> Result<Vec<String>, Full> {
        self.insert(spans)
    }
}
