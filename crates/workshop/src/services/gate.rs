//! Who compiles: the learner's verdict, or what runs beside it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::Cancel;

/// Closed at first: the first verdict goes before everything.
#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    open: bool,
    stopped: bool,
    /// Ends what passed the gate.
    passed: Option<Cancel>,
}

impl Gate {
    pub(crate) fn open(&self) {
        self.state().open = true;
        self.changed.notify_all();
    }

    /// Ends what passed, and lets nothing pass.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.open = false;
        if let Some(cancel) = state.passed.take() {
            cancel.cancel();
        }
    }

    /// Ends what passed, for good.
    pub(crate) fn stop(&self) {
        self.state().stopped = true;
        self.close();
        self.changed.notify_all();
    }

    /// Waits until the gate is open; none once it has stopped.
    pub(crate) fn pass(&self) -> Option<Cancel> {
        let waiting = |state: &mut State| !state.open && !state.stopped;
        let state = self.changed.wait_while(self.state(), waiting);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            return None;
        }
        let cancel = Cancel::default();
        state.passed = Some(cancel.clone());
        Some(cancel)
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.state().stopped
    }

    pub(crate) fn wait_for_stop(&self) {
        let state = self
            .changed
            .wait_while(self.state(), |state| !state.stopped);
        drop(state);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_ends_what_passed_and_opening_lets_it_pass_again() {
        let gate = Gate::default();
        gate.open();
        let first = gate.pass().unwrap();
        gate.close();
        assert!(first.is_cancelled());
        gate.open();
        assert!(!gate.pass().unwrap().is_cancelled());
    }

    #[test]
    fn stopping_wakes_who_waits() {
        let gate = Gate::default();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| gate.pass().is_none());
            let other = scope.spawn(|| gate.wait_for_stop());
            gate.stop();
            assert!(waiting.join().unwrap());
            other.join().unwrap();
        });
    }
}
