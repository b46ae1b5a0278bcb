//! The record of what was really done.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

/// A piece of work that a market did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which work it was, such as `value cars`.
    pub work: String,
    /// The thread on which it began, as `std::thread::ThreadId` prints it.
    pub thread: String,
    /// When it began, in nanoseconds since the Unix epoch.
    pub start_unix_nano: u64,
    /// When it was done, in nanoseconds since the Unix epoch.
    pub end_unix_nano: u64,
}

impl Entry {
    /// Whether all of the work was done from `start` to `end`, in nanoseconds since the Unix epoch.
    #[must_use]
    pub fn is_within(&self, start: u64, end: u64) -> bool {
        start <= self.start_unix_nano && self.end_unix_nano <= end
    }
}

/// What one market did, in the order in which it was done. Its times come from the clock that spans
/// use, so that a span can be held against the work that it stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Journal(Vec<Entry>);

impl Journal {
    /// Everything that was done.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// Every time that this work was done.
    pub fn of<'a>(&'a self, work: &str) -> impl Iterator<Item = &'a Entry> {
        self.0.iter().filter(move |entry| entry.work == work)
    }

    /// From when to when each piece of this work was done, in nanoseconds since the Unix epoch.
    #[must_use]
    pub fn times(&self, work: &str) -> Vec<(u64, u64)> {
        let times = |entry: &Entry| (entry.start_unix_nano, entry.end_unix_nano);
        self.of(work).map(times).collect()
    }

    /// From when to when anything was done, in nanoseconds since the Unix epoch; none for nothing.
    #[must_use]
    pub fn span(&self) -> Option<(u64, u64)> {
        let start = self.0.iter().map(|entry| entry.start_unix_nano).min()?;
        let end = self.0.iter().map(|entry| entry.end_unix_nano).max()?;
        Some((start, end))
    }

    /// Whether no work began before the one before it was done.
    #[must_use]
    pub fn is_sequential(&self) -> bool {
        let mut entries: Vec<_> = self.0.iter().collect();
        entries.sort_by_key(|entry| entry.start_unix_nano);
        let in_turn = |pair: &[&Entry]| pair[0].end_unix_nano <= pair[1].start_unix_nano;
        entries.windows(2).all(in_turn)
    }

    /// The median time from one beginning of this work to the next: unlike the mean, no pause of a
    /// busy machine disturbs it. Zero where it was not done twice.
    #[must_use]
    pub fn usual_wait(&self, work: &str) -> Duration {
        let waits = self.waits(work);
        waits.get(waits.len() / 2).copied().unwrap_or_default()
    }

    /// The times from one beginning of this work to the next, the shortest first.
    #[must_use]
    pub fn waits(&self, work: &str) -> Vec<Duration> {
        let mut starts: Vec<_> = self.of(work).map(|entry| entry.start_unix_nano).collect();
        starts.sort_unstable();
        let mut waits: Vec<_> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        waits.sort_unstable();
        waits.into_iter().map(Duration::from_nanos).collect()
    }

    /// Whether both kinds of work were ever begun on the same thread.
    #[must_use]
    pub fn share_a_thread(&self, one: &str, other: &str) -> bool {
        self.of(one)
            .any(|one| self.of(other).any(|other| one.thread == other.thread))
    }
}

/// The journal that is being written, shared by all handles on a market.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<Mutex<Journal>>);

impl Recorder {
    /// Begins an entry, which is written when the returned value is dropped: work that was
    /// cancelled is work that was done until then.
    pub(crate) fn begin(&self, work: &'static str) -> Running {
        Running {
            recorder: self.clone(),
            work,
            thread: format!("{:?}", thread::current().id()),
            start_unix_nano: now(),
        }
    }

    pub(crate) fn journal(&self) -> Journal {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Journal> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work that is being done.
pub(crate) struct Running {
    recorder: Recorder,
    work: &'static str,
    thread: String,
    start_unix_nano: u64,
}

impl Drop for Running {
    fn drop(&mut self) {
        let entry = Entry {
            work: self.work.to_owned(),
            thread: mem::take(&mut self.thread),
            start_unix_nano: self.start_unix_nano,
            end_unix_nano: now(),
        };
        self.recorder.lock().0.push(entry);
    }
}

/// Nanoseconds since the Unix epoch: the clock that spans use.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_long_pause_is_not_the_usual_wait() {
        let entry = |start| Entry {
            work: "reprice car".to_owned(),
            thread: String::new(),
            start_unix_nano: start,
            end_unix_nano: start,
        };
        let journal = Journal([0, 10, 1_010, 1_030].map(entry).into());
        assert_eq!(journal.usual_wait("reprice car"), Duration::from_nanos(20));
        assert_eq!(journal.usual_wait("merge"), Duration::ZERO);
        let waits = [10, 20, 1_000].map(Duration::from_nanos);
        assert_eq!(journal.waits("reprice car"), waits);
    }
}
