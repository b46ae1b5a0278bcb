//! A child process: this executable again, in a process group of its own.

use std::{
    env, fmt,
    io::{self, BufRead, BufReader, Write},
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream, process::CommandExt},
    },
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::{
    board::{Board, End, State},
    control::STOP,
    output::Output,
};

/// The variable that says which service a child is.
pub(crate) const CHILD: &str = "WORKSHOP_CHILD";

/// How long the end of the output is waited for once the process is gone.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// What a child is told when it is started.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) service: String,
    /// The test that it is a part of.
    pub(crate) test_path: String,
    /// For its environment; of two with the same name the later counts.
    pub(crate) variables: Vec<(String, String)>,
}

/// A running child. Dropping it kills its whole group.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) script: Script,
    /// Its place on the board.
    pub(crate) index: usize,
    board: Arc<Board>,
    child: Child,
    group: Pid,
    line: UnixStream,
    output: Output,
    reaped: bool,
}

impl Process {
    /// Starts this executable again as a service of its test.
    pub(crate) fn start(script: Script, board: &Arc<Board>) -> io::Result<Self> {
        let (line, theirs) = UnixStream::pair()?;
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(env::current_exe()?);
        command
            .args([
                &script.test_path,
                "--exact",
                "--nocapture",
                "--test-threads=1",
            ])
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .process_group(0);
        clean(&mut command);
        command
            .env(CHILD, &script.service)
            // The place of a panic is told anyhow; a backtrace costs a fifth of a second.
            .env("RUST_BACKTRACE", "0")
            .envs(script.variables.iter().map(|(k, v)| (k, v)));
        let child = command.spawn()?;
        // Its copies of the pipe and the socket would keep both open for ever.
        drop(command);
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let group = group.ok_or_else(|| io::Error::other("the system gave no process id"))?;
        let index = board.add(&script.service);
        listen(line.try_clone()?, board.clone(), index);
        watch(group, board.clone(), index);
        Ok(Self {
            output: Output::of(
                reader,
                &format!("\nrunning 1 test\ntest {} ... ", script.test_path),
            ),
            script,
            index,
            board: board.clone(),
            child,
            group,
            line,
            reaped: false,
        })
    }

    /// What a test needs to kill, stop and continue it.
    pub(crate) fn handle(&self) -> Handle {
        Handle {
            index: self.index,
            board: self.board.clone(),
            group: self.group,
        }
    }

    /// Asks a service to end, also one that the test has stopped.
    pub(crate) fn ask_to_stop(&mut self) {
        self.handle().signal(Signal::CONT);
        // One that is gone already needs no asking.
        let _ = writeln!(self.line, "{STOP}");
    }

    /// Kills what is left of the group. As long as the leader is not reaped its number cannot be
    /// given to anybody else.
    pub(crate) fn end(&mut self) {
        if !self.reaped {
            let _ = kill_process_group(self.group, Signal::KILL);
            let _ = self.child.wait();
            self.reaped = true;
        }
    }

    /// The last of what it printed.
    pub(crate) fn output(&self) -> String {
        self.output.text(LAST_WORDS)
    }

    /// How it ended; none while it runs.
    pub(crate) fn ended(&self) -> Option<End> {
        self.board.state(self.index).ended
    }
}

/// A running child in the hands of the test. It must not outlive the [`Process`], which keeps the
/// number from being given to anybody else.
#[derive(Debug)]
pub(crate) struct Handle {
    index: usize,
    board: Arc<Board>,
    group: Pid,
}

impl Handle {
    /// Sends the whole group a signal; one that is gone already gets none.
    pub(crate) fn signal(&self, signal: Signal) {
        let _ = kill_process_group(self.group, signal);
    }

    /// Stops the whole group, and waits until its leader does nothing any more: the signal alone
    /// leaves it time for an answer.
    pub(crate) fn pause(&self) {
        self.signal(Signal::STOP);
        let seen = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let stopped = || waitid(WaitId::Pid(self.group), seen);
        while matches!(stopped(), Err(rustix::io::Errno::INTR)) {}
    }

    /// Kills it, and waits until it is gone; false when it is not by `deadline`.
    pub(crate) fn kill(&self, deadline: Instant) -> bool {
        self.board.update(self.index, |state| state.killed = true);
        self.signal(Signal::KILL);
        let gone = |states: &[State]| {
            let state = states.get(self.index);
            state.is_some_and(|state| state.ended.is_some())
        };
        self.board.wait(deadline, gone)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Takes away what the learner's shell, or the runner, set for other purposes.
fn clean(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let ours = text.starts_with("WORKSHOP_") || text.starts_with("OTEL_");
        if ours || text == "RUST_LOG" || text.starts_with("RUST_TEST_") {
            command.env_remove(&name);
        }
    }
}

fn listen(line: UnixStream, board: Arc<Board>, index: usize) {
    thread::spawn(move || {
        for line in BufReader::new(line).lines() {
            let Ok(line) = line else { break };
            if let Ok(told) = serde_json::from_str(&line) {
                board.update(index, |state| state.take(told));
            }
        }
        board.update(index, |state| state.closed = true);
    });
}

/// Notices the end without reaping, see [`Process::end`].
fn watch(process: Pid, board: Arc<Board>, index: usize) {
    thread::spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let status = loop {
            match waitid(WaitId::Pid(process), options) {
                Err(rustix::io::Errno::INTR) => {}
                other => break other.ok().flatten(),
            }
        };
        let end = status.map_or(End::Code(-1), |status| {
            match (status.exit_status(), status.terminating_signal()) {
                (_, Some(signal)) => End::Signal(signal),
                (code, None) => End::Code(code.unwrap_or(-1)),
            }
        });
        board.update(index, |state| state.ended = Some(end));
    });
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "ended its process with code {code}"),
            Self::Signal(number) => match signal_name(*number) {
                Some(name) => write!(f, "was ended by signal {number} ({name})"),
                None => write!(f, "was ended by signal {number}"),
            },
        }
    }
}

fn signal_name(number: i32) -> Option<&'static str> {
    let names = [
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::ILL, "SIGILL"),
        (Signal::INT, "SIGINT"),
        (Signal::KILL, "SIGKILL"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::TERM, "SIGTERM"),
        (Signal::TRAP, "SIGTRAP"),
    ];
    names
        .into_iter()
        .find(|(signal, _)| signal.as_raw() == number)
        .map(|(_, name)| name)
}
