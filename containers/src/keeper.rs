//! Who removes containers when nobody else can.

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio, id},
    sync::atomic::{AtomicUsize, Ordering},
};

use rustix::process::{Pid, test_kill_process};

use crate::docker;

/// The label that holds the process id of the test that started a container.
const PROCESS: &str = "spanwise.process";
/// The label that holds which keeper removes it.
const KEEPER: &str = "spanwise.keeper";

/// A process that removes all containers with this keeper's labels as soon as the test is gone,
/// however it ends: it waits for its standard input to close.
#[derive(Debug)]
pub struct Keeper {
    name: String,
    process: Child,
}

impl Keeper {
    /// Removes what dead tests left, and starts to watch over this one.
    ///
    /// # Errors
    /// When no shell can be started.
    pub fn start() -> io::Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        sweep();
        let name = format!("{}-{}", id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let script = "cat; ids=$(docker ps --all --quiet --filter \"label=$1\"); \
                      [ -z \"$ids\" ] || docker rm --force --volumes $ids";
        let process = Command::new("sh")
            .args(["-c", script, "keeper", &format!("{KEEPER}={name}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // What is sent to the test's whole group must not reach who cleans up after it.
            .process_group(0)
            .spawn()?;
        Ok(Self { name, process })
    }

    /// The labels that a container under this keeper's eye must have.
    #[must_use]
    pub fn labels(&self) -> [(String, String); 2] {
        [
            (PROCESS.to_owned(), id().to_string()),
            (KEEPER.to_owned(), self.name.clone()),
        ]
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _gone = self.process.wait();
    }
}

/// Removes the containers whose tests are gone: their keeper was killed as well.
fn sweep() {
    let format = format!("{{{{.ID}}}} {{{{.Label \"{PROCESS}\"}}}}");
    let filter = format!("label={PROCESS}");
    let listed = docker(&["ps", "--all", "--filter", &filter, "--format", &format]);
    for line in listed.unwrap_or_default().lines() {
        if let Some((container, process)) = line.split_once(' ')
            && !is_alive(process)
        {
            let _already_gone = docker(&["rm", "--force", "--volumes", container]);
        }
    }
}

fn is_alive(process: &str) -> bool {
    let pid = process.parse().ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| test_kill_process(pid).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_alive_until_it_is_gone() {
        assert!(is_alive(&id().to_string()));
        let mut child = Command::new("true").spawn().expect("true");
        let gone = child.id().to_string();
        child.wait().expect("an end");
        assert!(!is_alive(&gone));
        assert!(!is_alive("no number"));
    }
}
