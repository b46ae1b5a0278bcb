//! One run of a test's processes: receiver, board, children, witnesses, time limit.

use std::{
    collections::BTreeMap,
    io,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use course::Exit;
use trace_lab::Receiver;
use trace_model::Span;
use trace_shape::{Call, Crossing, Evidence};

use crate::{
    board::{Board, State},
    folder::Folder,
    process::{Handle, Process},
    seen::Seen,
    unsampled::Unsampled,
    witnessed::Testimony,
};

/// How long a service may take to stop, its spans delivered: shutdown is bounded itself.
const STOP_LIMIT: Duration = telemetry::SHUTDOWN_LIMIT.saturating_add(Duration::from_secs(1));
/// How long after the end of a process its last words may take to arrive.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How long spans that were seen to end may be on their way once their process is gone.
const ON_THE_WAY: Duration = Duration::from_millis(100);

/// Everything that runs during a test, and ends with it.
#[derive(Debug)]
pub(crate) struct Stage {
    receiver: Arc<Receiver>,
    board: Arc<Board>,
    processes: Vec<Process>,
    witnesses: Folder,
    pub(crate) deadline: Instant,
    /// Until when services may take to stop, once they were asked.
    grace: Instant,
}

impl Stage {
    pub(crate) fn set(limit: Duration) -> io::Result<Self> {
        Ok(Self {
            receiver: Arc::new(Receiver::start()?),
            board: Arc::default(),
            processes: Vec::new(),
            witnesses: Folder::named(),
            deadline: Instant::now() + limit,
            grace: Instant::now(),
        })
    }

    /// Starts `service` with these variables beside its own.
    pub(crate) fn start(
        &mut self,
        service: &str,
        test_path: &str,
        more: Vec<(String, String)>,
    ) -> io::Result<()> {
        let witness = witness_file(self.witnesses.path(), self.processes.len());
        let mut variables = more;
        let mut set = |name: &str, value: String| variables.push((name.to_owned(), value));
        set("OTEL_EXPORTER_OTLP_ENDPOINT", self.receiver.otlp_http());
        set("OTEL_SERVICE_NAME", service.to_owned());
        set(telemetry::WITNESS_VARIABLE, witness.display().to_string());
        // What a service leaves behind goes with this folder.
        set("TMPDIR", self.witnesses.path().display().to_string());
        let process = Process::start(service, test_path, &variables, &self.board)?;
        self.processes.push(process);
        Ok(())
    }

    /// Waits until every process has ended and its last words are here; false when one of them has
    /// not ended by the deadline. Then kills what is left of each.
    pub(crate) fn wait_for_the_end(&mut self) -> bool {
        let ended = |states: &[State]| states.iter().all(|state| state.ended.is_some());
        let deadline = self.deadline.max(self.grace);
        let in_time = self.board.wait(deadline, ended);
        self.processes.iter_mut().for_each(Process::end);
        let over = |states: &[State]| states.iter().all(State::is_over);
        let _ = self.board.wait(Instant::now() + LAST_WORDS, over);
        in_time
    }

    /// Waits until every process listens, or one of them will not; true for the former.
    pub(crate) fn wait_for_ports(&self) -> bool {
        let listening = |states: &[State]| states.iter().all(|state| state.port().is_some());
        let known = |states: &[State]| listening(states) || states.iter().any(State::has_failed);
        self.board.wait(self.deadline, known)
            && self
                .processes
                .iter()
                .all(|process| self.port(process).is_some())
    }

    fn port(&self, process: &Process) -> Option<u16> {
        self.board.state(process.index).port()
    }

    pub(crate) fn ask_to_stop(&mut self) {
        self.grace = Instant::now() + STOP_LIMIT;
        self.processes.iter_mut().for_each(Process::ask_to_stop);
    }

    /// Service and state of each process, in the order in which they were started.
    pub(crate) fn states(&self) -> Vec<(String, State)> {
        let state = |process: &Process| (process.service.clone(), self.board.state(process.index));
        self.processes.iter().map(state).collect()
    }

    /// The processes, in the hands of the test.
    pub(crate) fn handles(&self) -> Vec<Handle> {
        self.processes.iter().map(Process::handle).collect()
    }

    pub(crate) fn receiver(&self) -> Arc<Receiver> {
        self.receiver.clone()
    }

    pub(crate) fn board(&self) -> Arc<Board> {
        self.board.clone()
    }

    /// What the witnesses saw, and how many of the spans that ended are on their way: those of a
    /// process that the test killed may have died with it.
    fn testimony(&self) -> (Testimony, usize) {
        let mut testimony = Testimony::default();
        let mut expected = 0;
        for index in 0..self.processes.len() {
            let before = testimony.spans.len();
            testimony.read(&witness_file(self.witnesses.path(), index));
            if !self.board.state(index).killed {
                let ended = testimony.spans[before..].iter().filter(|span| span.ended);
                expected += ended.count();
            }
        }
        (testimony, expected)
    }

    /// What the run left behind.
    pub(crate) fn gather(
        &self,
        crossings: Vec<Crossing>,
        calls: Vec<Call>,
        unsampled: &[RangeInclusive<u64>],
    ) -> Seen {
        let (testimony, expected) = self.testimony();
        let all_here = |spans: &[Span]| spans.len() >= expected;
        let _ = self.receiver.wait_until(ON_THE_WAY, all_here);
        let output = |process: &Process| (process.service.clone(), process.output());
        let outputs: BTreeMap<_, _> = self.processes.iter().map(output).collect();
        let mut evidence = Evidence {
            crossings,
            witnessed: (!testimony.incomplete).then_some(testimony.spans),
            calls,
        };
        let spans = self.receiver.spans();
        let (unsampled, forest) = Unsampled::take(spans, &mut evidence, unsampled);
        Seen {
            forest,
            evidence,
            unsampled,
            outputs,
            cut_off: testimony.cut_off,
            flushed: testimony.flushed,
        }
    }

    /// How the processes ended, where that is worth telling.
    pub(crate) fn exits(&self, seen: &Seen) -> Vec<Exit> {
        let exit = |process: &Process| Exit {
            service: process.service.clone(),
            how: process
                .ended()
                .map_or_else(|| "did not end".to_owned(), |end| end.to_string()),
            output: seen.output(&process.service).to_owned(),
        };
        self.processes.iter().map(exit).collect()
    }
}

fn witness_file(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("{index}.jsonl"))
}
