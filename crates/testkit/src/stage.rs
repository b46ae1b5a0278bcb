//! One run of a test's processes: receiver, board, children, witnesses, time limit.

use std::{
    collections::BTreeMap,
    io,
    ops::RangeInclusive,
    sync::Arc,
    time::{Duration, Instant},
};

use course::Exit;
use trace_lab::Receiver;
use trace_model::Span;
use trace_shape::{Call, Crossing, Evidence};

use crate::{
    board::{Board, State},
    process::Script,
    processes::Processes,
    seen::Seen,
    unsampled::Unsampled,
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
    processes: Arc<Processes>,
    pub(crate) deadline: Instant,
    /// Until when services may take to stop, once they were asked.
    grace: Instant,
}

impl Stage {
    pub(crate) fn set(limit: Duration) -> io::Result<Self> {
        let receiver = Arc::new(Receiver::start()?);
        Ok(Self {
            processes: Arc::new(Processes::none(receiver.clone())),
            receiver,
            deadline: Instant::now() + limit,
            grace: Instant::now(),
        })
    }

    /// Starts `service` with these variables beside its own.
    pub(crate) fn start(
        &self,
        service: &str,
        test_path: &str,
        variables: Vec<(String, String)>,
    ) -> io::Result<()> {
        self.processes.start(Script {
            service: service.to_owned(),
            test_path: test_path.to_owned(),
            variables,
        })
    }

    /// Waits until every process has ended and its last words are here; false when one of them has
    /// not ended by the deadline. Then kills what is left of each.
    pub(crate) fn wait_for_the_end(&self) -> bool {
        let ended = |states: &[State]| states.iter().all(|state| state.ended.is_some());
        let deadline = self.deadline.max(self.grace);
        let in_time = self.board().wait(deadline, ended);
        self.processes.end();
        let over = |states: &[State]| states.iter().all(State::is_over);
        let _ = self.board().wait(Instant::now() + LAST_WORDS, over);
        in_time
    }

    /// Waits until every process listens, or one of them will not; true for the former.
    pub(crate) fn wait_for_ports(&self) -> bool {
        let listening = |states: &[State]| states.iter().all(|state| state.port().is_some());
        let known = |states: &[State]| listening(states) || states.iter().any(State::has_failed);
        self.board().wait(self.deadline, known)
            && self
                .states()
                .iter()
                .all(|(_, state)| state.port().is_some())
    }

    pub(crate) fn ask_to_stop(&mut self) {
        self.grace = Instant::now() + STOP_LIMIT;
        self.processes.ask_to_stop();
    }

    /// Service and state of each process, in the order in which they were started.
    pub(crate) fn states(&self) -> Vec<(String, State)> {
        self.processes.states()
    }

    /// The processes, in the hands of the test.
    pub(crate) fn processes(&self) -> Arc<Processes> {
        self.processes.clone()
    }

    pub(crate) fn receiver(&self) -> Arc<Receiver> {
        self.receiver.clone()
    }

    pub(crate) fn board(&self) -> Arc<Board> {
        self.processes.board().clone()
    }

    /// What the run left behind.
    pub(crate) fn gather(
        &self,
        crossings: Vec<Crossing>,
        calls: Vec<Call>,
        unsampled: &[RangeInclusive<u64>],
    ) -> Seen {
        let (testimony, expected) = self.processes.testimony();
        let all_here = |spans: &[Span]| spans.len() >= expected;
        let _ = self.receiver.wait_until(ON_THE_WAY, all_here);
        let mut outputs = BTreeMap::<String, String>::new();
        for (service, output) in self.processes.outputs() {
            outputs.entry(service).or_default().push_str(&output);
        }
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
        self.processes.exits(seen)
    }
}
