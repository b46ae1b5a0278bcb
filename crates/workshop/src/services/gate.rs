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
    /// The package that is wanted next.
    next: Option<String>,
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

    /// Names the package that is to be compiled when nothing else is.
    pub(crate) fn want(&self, package: Option<String>) {
        self.state().next = package;
    }

    /// Waits until the gate is open and a package is wanted that is not `done`; none once it has stopped.
    pub(crate) fn pass_for_next(&self, done: &[String]) -> Option<(String, Cancel)> {
        let wanted = |state: &State| {
            let next = state.next.clone().filter(|next| !done.contains(next));
            next.filter(|_| state.open)
        };
        let waiting = |state: &mut State| wanted(state).is_none() && !state.stopped;
        let state = self.changed.wait_while(self.state(), waiting);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        let next = wanted(&state).filter(|_| !state.stopped)?;
        let cancel = Cancel::default();
        state.passed = Some(cancel.clone());
        Some((next, cancel))
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.state().stopped
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
            let other = scope.spawn(|| gate.pass_for_next(&[]).is_none());
            gate.stop();
            assert!(waiting.join().unwrap());
            assert!(other.join().unwrap());
        });
    }

    #[test]
    fn what_is_wanted_passes_once_and_only_while_the_gate_is_open() {
        let gate = Gate::default();
        gate.want(Some("one".to_owned()));
        std::thread::scope(|scope| {
            let passing = scope.spawn(|| gate.pass_for_next(&[]).map(|(package, _)| package));
            gate.open();
            assert_eq!(passing.join().unwrap(), Some("one".to_owned()));
            let done = ["one".to_owned()];
            let gate = &gate;
            let next = scope.spawn(move || gate.pass_for_next(&done).map(|(package, _)| package));
            gate.want(Some("two".to_owned()));
            gate.open();
            assert_eq!(next.join().unwrap(), Some("two".to_owned()));
        });
    }
}
