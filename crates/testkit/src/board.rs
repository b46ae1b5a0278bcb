//! What is known of the child processes of one run, and waiting for it.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use crate::control::{Panic, Told};

/// How many panics of a process are remembered.
const MOST: usize = 100;

/// Written by the threads that watch the processes, read by the test.
#[derive(Debug, Default)]
pub(crate) struct Board {
    states: Mutex<Vec<State>>,
    changed: Condvar,
}

/// What one process told, and how it ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// Whose process it is.
    pub(crate) service: String,
    pub(crate) told: Vec<Told>,
    /// The line is closed: nothing more will be told.
    pub(crate) closed: bool,
    /// How it ended, in words; none while it runs.
    pub(crate) ended: Option<End>,
    /// The test has killed it, as part of what it tests.
    pub(crate) killed: bool,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Code(i32),
    Signal(i32),
}

impl State {
    /// Keeps what was told; of a flood of panics only the first.
    pub(crate) fn take(&mut self, told: Told) {
        if self.told.len() < MOST || !matches!(told, Told::Panicked(_)) {
            self.told.push(told);
        }
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.told.iter().find_map(|told| match told {
            Told::Listening(port) => Some(*port),
            _ => None,
        })
    }

    pub(crate) fn answer(&self) -> Option<&serde_json::Value> {
        self.told.iter().find_map(|told| match told {
            Told::Answer(value) => Some(value),
            _ => None,
        })
    }

    pub(crate) fn panics(&self) -> impl DoubleEndedIterator<Item = &Panic> {
        self.told.iter().filter_map(|told| match told {
            Told::Panicked(panic) => Some(panic),
            _ => None,
        })
    }

    pub(crate) fn has(&self, told: &Told) -> bool {
        self.told.contains(told)
    }

    /// It ended, or what it runs did.
    pub(crate) fn has_failed(&self) -> bool {
        let over = |told: &Told| matches!(told, Told::Returned(_) | Told::Unwound);
        self.ended.is_some() || self.told.iter().any(over)
    }

    /// It ended, and all that it told is here.
    pub(crate) fn is_over(&self) -> bool {
        self.ended.is_some() && self.closed
    }
}

/// The process of a service that was started last.
pub(crate) fn latest<'a>(states: &'a [State], service: &str) -> Option<&'a State> {
    states.iter().rfind(|state| state.service == service)
}

impl Board {
    fn states(&self) -> MutexGuard<'_, Vec<State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more process of this service.
    pub(crate) fn add(&self, service: &str) -> usize {
        let mut states = self.states();
        states.push(State {
            service: service.to_owned(),
            ..State::default()
        });
        states.len() - 1
    }

    pub(crate) fn update(&self, index: usize, change: impl FnOnce(&mut State)) {
        if let Some(state) = self.states().get_mut(index) {
            change(state);
        }
        self.changed.notify_all();
    }

    /// The port of a service, once its latest process has one; none when that ended before, or has none by
    /// `deadline`.
    pub(crate) fn port_of(&self, service: &str, deadline: Instant) -> Option<u16> {
        let known = |states: &[State]| {
            let state = latest(states, service);
            state.is_some_and(|state| state.port().is_some() || state.ended.is_some())
        };
        let _ = self.wait(deadline, known);
        latest(&self.states(), service).and_then(State::port)
    }

    pub(crate) fn state(&self, index: usize) -> State {
        self.states().get(index).cloned().unwrap_or_default()
    }

    /// Waits until `enough` holds; false when it does not by `deadline`. What was told before
    /// counts.
    pub(crate) fn wait(&self, deadline: Instant, enough: impl Fn(&[State]) -> bool) -> bool {
        let mut states = self.states();
        loop {
            if enough(&states) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.changed.wait_timeout(states, left);
            states = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
