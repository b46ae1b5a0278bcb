//! The record of what was really done.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{SystemTime, UNIX_EPOCH},
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

/// The entries of one market, shared by all of its handles.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<Entry>>>);

impl Journal {
    /// Begins an entry, which is written when the returned value is dropped: work that was
    /// cancelled is work that was done until then.
    pub(crate) fn begin(&self, work: &'static str) -> Running {
        Running {
            journal: self.clone(),
            work,
            thread: format!("{:?}", thread::current().id()),
            start_unix_nano: now(),
        }
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work that is being done.
pub(crate) struct Running {
    journal: Journal,
    work: &'static str,
    thread: String,
    start_unix_nano: u64,
}

impl Drop for Running {
    fn drop(&mut self) {
        let entry = Entry {
            work: self.work.to_owned(),
            thread: std::mem::take(&mut self.thread),
            start_unix_nano: self.start_unix_nano,
            end_unix_nano: now(),
        };
        self.journal.lock().push(entry);
    }
}

/// Nanoseconds since the Unix epoch: the clock that spans use.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}
