//! The processes of one run. A test may kill them, stop them, and start one again.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use course::Exit;
use trace_lab::Receiver;
use trace_model::Span;

use crate::{
    board::{Board, State},
    folder::Folder,
    process::{Handle, Process, Script},
    seen::Seen,
    witnessed::{self, Testimony},
};

/// How often witnesses are asked whether a process has nothing left to do.
const MOMENT: Duration = Duration::from_millis(10);

/// Every process that was started, in that order: their places on the board are the same.
#[derive(Debug)]
pub(crate) struct Processes {
    board: Arc<Board>,
    receiver: Arc<Receiver>,
    witnesses: Folder,
    started: Mutex<Vec<Process>>,
}

impl Processes {
    pub(crate) fn none(receiver: Arc<Receiver>) -> Self {
        Self {
            board: Arc::default(),
            receiver,
            witnesses: Folder::named(),
            started: Mutex::default(),
        }
    }

    fn started(&self) -> MutexGuard<'_, Vec<Process>> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// Starts a process, with the variables of this run beside its own.
    pub(crate) fn start(&self, mut script: Script) -> io::Result<()> {
        let mut started = self.started();
        let witness = self.witness(started.len());
        let mut set = |name: &str, value: String| script.variables.push((name.to_owned(), value));
        set("OTEL_EXPORTER_OTLP_ENDPOINT", self.receiver.otlp_http());
        set("OTEL_SERVICE_NAME", script.service.clone());
        set(telemetry::WITNESS_VARIABLE, witness.display().to_string());
        // What a service leaves behind goes with this folder.
        set("TMPDIR", self.witnesses.path().display().to_string());
        started.push(Process::start(script, &self.board)?);
        Ok(())
    }

    /// Starts a service again as it was started before; false where there was none.
    pub(crate) fn again(&self, service: &str) -> io::Result<bool> {
        let script = self.of(service, |process| process.script.clone());
        // The variables of the run come once more, and the later ones count.
        script.map_or(Ok(false), |script| self.start(script).map(|()| true))
    }

    /// What the latest process of a service says; none where there is none.
    fn of<T>(&self, service: &str, says: impl FnOnce(&Process) -> T) -> Option<T> {
        let started = self.started();
        let of_service = |process: &&Process| process.script.service == service;
        started.iter().rfind(of_service).map(says)
    }

    /// The latest process of a service, in the hands of the test.
    pub(crate) fn handle(&self, service: &str) -> Option<Handle> {
        self.of(service, Process::handle)
    }

    /// Waits until the latest process of a service has no span open, and each that it ended has
    /// arrived; false when that is not so by `deadline`.
    pub(crate) fn settled(&self, service: &str, deadline: Instant) -> bool {
        let Some(index) = self.of(service, |process| process.index) else {
            return false;
        };
        loop {
            let mut testimony = Testimony::default();
            testimony.read(&self.witness(index));
            let over = |spans: &[Span]| witnessed::all_over(&testimony.spans, spans);
            let left = deadline.saturating_duration_since(Instant::now());
            // Whatever arrives, and a moment without anything, is a reason to look again.
            if self.receiver.wait_until(left.min(MOMENT), over) {
                return true;
            }
            if left.is_zero() {
                return false;
            }
        }
    }

    pub(crate) fn ask_to_stop(&self) {
        self.started().iter_mut().for_each(Process::ask_to_stop);
    }

    /// Kills what is left of each.
    pub(crate) fn end(&self) {
        self.started().iter_mut().for_each(Process::end);
    }

    /// Service and state of each process.
    pub(crate) fn states(&self) -> Vec<(String, State)> {
        let state = |process: &Process| {
            let state = self.board.state(process.index);
            (process.script.service.clone(), state)
        };
        self.started().iter().map(state).collect()
    }

    /// What each process printed, by service.
    pub(crate) fn outputs(&self) -> Vec<(String, String)> {
        let output = |process: &Process| (process.script.service.clone(), process.output());
        self.started().iter().map(output).collect()
    }

    /// How the latest process of each service ended.
    pub(crate) fn exits(&self, seen: &Seen) -> Vec<Exit> {
        let started = self.started();
        let is_latest = |index: usize, service: &str| {
            let mut later = started[index + 1..].iter();
            !later.any(|process| process.script.service == service)
        };
        let latest = started
            .iter()
            .enumerate()
            .filter(|(index, process)| is_latest(*index, &process.script.service));
        let exit = |(_, process): (usize, &Process)| Exit {
            service: process.script.service.clone(),
            how: process
                .ended()
                .map_or_else(|| "did not end".to_owned(), |end| end.to_string()),
            output: seen.output(&process.script.service).to_owned(),
        };
        latest.map(exit).collect()
    }

    /// What the witnesses saw, and how many of the spans that ended are on their way: those of a
    /// process that the test killed may have died with it.
    pub(crate) fn testimony(&self) -> (Testimony, usize) {
        let mut testimony = Testimony::default();
        let mut expected = 0;
        for index in 0..self.started().len() {
            let before = testimony.spans.len();
            testimony.read(&self.witness(index));
            if !self.board.state(index).killed {
                let ended = testimony.spans[before..].iter().filter(|span| span.ended);
                expected += ended.count();
            }
        }
        (testimony, expected)
    }

    fn witness(&self, index: usize) -> PathBuf {
        self.witnesses.path().join(format!("{index}.jsonl"))
    }
}
