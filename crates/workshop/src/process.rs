//! Processes in groups of their own, which can be ended as a whole and never outlive their use.

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process_group, setpriority_pgrp, waitid,
};

/// The lowest priority there is.
const LOWEST: i32 = 19;

/// Ends what runs for somebody who no longer waits for it. Clones share one state.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    cancelled: AtomicBool,
    /// The groups that run now. One leaves before its leader is reaped, so that a signal never
    /// reaches a group that has the same number by chance.
    groups: Mutex<Vec<Pid>>,
}

impl Cancel {
    /// Ends the running groups, and keeps another one from starting.
    pub fn cancel(&self) {
        let groups = self.groups();
        self.0.cancelled.store(true, Ordering::SeqCst);
        groups.iter().copied().for_each(end);
    }

    /// Whether [`Cancel::cancel`] was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    fn groups(&self) -> MutexGuard<'_, Vec<Pid>> {
        self.0.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets everything else on this machine go before the group that `leader` leads.
pub(crate) fn step_back(leader: &Child) {
    // Without it the work takes as long and is in the way.
    let _ = setpriority_pgrp(Some(Pid::from_child(leader)), LOWEST);
}

/// A group that is gone already needs no end.
fn end(group: Pid) {
    let _ = kill_process_group(group, Signal::KILL);
}

/// A running process with everything that it starts.
pub(crate) struct Group {
    child: Child,
    cancel: Cancel,
    reaped: bool,
}

impl Group {
    /// Starts `command` as the leader of a group of its own.
    pub(crate) fn start(command: &mut Command, cancel: &Cancel) -> io::Result<Self> {
        let mut running = cancel.groups();
        if cancel.is_cancelled() {
            return Err(io::Error::from(io::ErrorKind::Interrupted));
        }
        let child = command.process_group(0).spawn()?;
        running.push(Pid::from_child(&child));
        drop(running);
        Ok(Self {
            child,
            cancel: cancel.clone(),
            reaped: false,
        })
    }

    /// The process that leads the group, for its pipes.
    pub(crate) fn leader(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Lets everything else that runs on this machine go before.
    pub(crate) fn step_back(&self) {
        step_back(&self.child);
    }

    /// Waits for the leader's end, then ends whatever it left behind.
    pub(crate) fn wait(&mut self) -> io::Result<ExitStatus> {
        let leader = Pid::from_child(&self.child);
        let ended = || {
            waitid(
                WaitId::Pid(leader),
                WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
            )
        };
        while matches!(ended(), Err(rustix::io::Errno::INTR)) {}
        let mut running = self.cancel.groups();
        end(leader);
        running.retain(|group| *group != leader);
        drop(running);
        self.reaped = true;
        self.child.wait()
    }

    /// [`Group::wait`], but the group is ended after `limit`; none when that was so.
    pub(crate) fn wait_for(&mut self, limit: Duration) -> io::Result<Option<ExitStatus>> {
        let (done, waiting) = mpsc::channel::<()>();
        let (cancel, leader) = (self.cancel.clone(), Pid::from_child(&self.child));
        let timer = thread::spawn(move || {
            let late = waiting.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout);
            if late && cancel.groups().contains(&leader) {
                end(leader);
            }
            late
        });
        let status = self.wait();
        drop(done);
        let late = timer.join().unwrap_or(false);
        status.map(|status| (!late).then_some(status))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.reaped {
            end(Pid::from_child(&self.child));
            let _ = self.wait();
        }
    }
}

/// Whether a process of that id is there.
pub(crate) fn is_alive(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| {
        !matches!(
            rustix::process::test_kill_process(pid),
            Err(rustix::io::Errno::SRCH)
        )
    })
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader},
        process::Stdio,
        time::Instant,
    };

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdout(Stdio::piped());
        command
    }

    #[test]
    fn the_limit_ends_the_whole_group() {
        let cancel = Cancel::default();
        let mut group = Group::start(&mut shell("sleep 60 & echo $!; wait"), &cancel).unwrap();
        let mut line = String::new();
        let out = group.leader().stdout.take().unwrap();
        let mut out = BufReader::new(out);
        out.read_line(&mut line).unwrap();
        let start = Instant::now();
        assert!(group.wait_for(Duration::from_millis(50)).unwrap().is_none());
        assert!(start.elapsed() < Duration::from_secs(30));
        // The sleeper held the pipe: its end is the pipe's end.
        assert_eq!(out.read_line(&mut line).unwrap(), 0);
    }

    #[test]
    fn what_is_cancelled_ends_and_does_not_start_again() {
        let cancel = Cancel::default();
        let mut group = Group::start(&mut shell("sleep 60"), &cancel).unwrap();
        cancel.cancel();
        assert!(!group.wait().unwrap().success());
        assert!(Group::start(&mut shell("true"), &cancel).is_err());
    }

    #[test]
    fn a_process_that_ends_in_time_keeps_its_status() {
        let cancel = Cancel::default();
        let mut group = Group::start(&mut shell("exit 3"), &cancel).unwrap();
        let status = group.wait_for(Duration::from_secs(60)).unwrap().unwrap();
        assert_eq!(status.code(), Some(3));
        assert!(is_alive(std::process::id()));
    }

    #[test]
    fn all_that_run_are_cancelled_together() {
        let cancel = Cancel::default();
        let start = || Group::start(&mut shell("sleep 60"), &cancel).unwrap();
        let (mut one, mut other) = (start(), start());
        cancel.cancel();
        for group in [&mut one, &mut other] {
            assert!(!group.wait().unwrap().success());
        }
        assert!(Group::start(&mut shell("true"), &cancel).is_err());
    }
}
