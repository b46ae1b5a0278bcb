//! A fresh clone, and `cargo workshop` running in it without a terminal.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use course::{Exercise, Layout};
use rustix::process::{Pid, Signal, kill_process};

use crate::{Input, bench::cargo};

/// A clone of what is committed, in a folder that is gone afterwards.
pub(super) struct Clone {
    folder: PathBuf,
    pub(super) layout: Layout,
}

impl Clone {
    /// Clones the checkout and fetches what it needs; nothing is compiled yet.
    pub(super) fn of(input: &Input) -> io::Result<Self> {
        let folder = env::temp_dir().join(format!("author-loop-{}", std::process::id()));
        let clone = Self {
            layout: Layout::at(folder.join("course")),
            folder,
        };
        let mut git = Command::new("git");
        git.args(["clone", "--quiet"])
            .arg(input.layout.root())
            .arg(clone.root());
        succeed(&mut git)?;
        succeed(clone.command().args(["fetch", "--quiet", "--locked"]))?;
        Ok(clone)
    }

    pub(super) fn root(&self) -> &Path {
        self.layout.root()
    }

    /// A cargo for this clone, with a target folder of its own.
    pub(super) fn command(&self) -> Command {
        let mut command = cargo(self.root());
        command
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("WORKSHOP_OTLP");
        command
    }

    /// Makes the learner one who has solved these, so that the next one is current.
    pub(super) fn has_solved<'a>(
        &self,
        exercises: impl Iterator<Item = &'a Exercise>,
    ) -> io::Result<()> {
        let solved: BTreeMap<_, _> = exercises.map(|it| (it.slug.as_str(), 0)).collect();
        let progress = serde_json::json!({ "schema": 1, "solved": solved });
        fs::write(self.layout.progress(), progress.to_string())
    }

    /// Starts `cargo workshop`.
    pub(super) fn workshop(&self) -> io::Result<Session> {
        let mut command = self.command();
        command.arg("workshop").env("CARGO_NET_OFFLINE", "true");
        Session::start(command)
    }
}

impl Drop for Clone {
    fn drop(&mut self) {
        let _already_gone = fs::remove_dir_all(&self.folder);
    }
}

fn succeed(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    let failed = || io::Error::other(format!("{command:?}: {status}"));
    status.success().then_some(()).ok_or_else(failed)
}

/// How long nothing is printed when all is said.
const QUIET: Duration = Duration::from_millis(300);

type Lines = Arc<(Mutex<Vec<(Instant, String)>>, Condvar)>;

/// A running `cargo workshop` and what it has printed so far.
pub(super) struct Session {
    child: Child,
    pub(super) started: Instant,
    lines: Lines,
}

impl Session {
    fn start(mut command: Command) -> io::Result<Self> {
        let started = Instant::now();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = Lines::default();
        if let Some(output) = child.stdout.take() {
            let lines = Arc::clone(&lines);
            thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    let (list, changed) = &*lines;
                    list.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((Instant::now(), line));
                    changed.notify_all();
                }
            });
        }
        Ok(Self {
            child,
            started,
            lines,
        })
    }

    /// When the first line after `since` for which `wanted` holds was printed.
    pub(super) fn line(
        &self,
        since: Instant,
        limit: Duration,
        wanted: impl Fn(&str) -> bool,
    ) -> io::Result<Instant> {
        let (list, changed) = &*self.lines;
        let deadline = Instant::now() + limit;
        let mut lines = list.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let found = lines.iter().find(|(at, line)| *at > since && wanted(line));
            if let Some((at, _)) = found {
                return Ok(*at);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let last: Vec<_> = lines
                    .iter()
                    .rev()
                    .take(10)
                    .map(|(_, line)| line.as_str())
                    .collect();
                let why = format!(
                    "nothing for {limit:?}; the last lines, backwards:\n{}",
                    last.join("\n")
                );
                return Err(io::Error::other(why));
            }
            let waited = changed.wait_timeout(lines, left);
            lines = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until nothing has been printed for a while, so that what is printed next has a cause
    /// of its own.
    pub(super) fn settle(&self) {
        let (list, changed) = &*self.lines;
        let mut lines = list.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let before = lines.len();
            let waited = changed.wait_timeout(lines, QUIET);
            lines = waited.unwrap_or_else(PoisonError::into_inner).0;
            if lines.len() == before {
                return;
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        // `cargo run` becomes the runner on Unix, so this is the runner's own id.
        let _already_gone = pid.map(|pid| kill_process(pid, Signal::TERM));
        drop(self.child.stdin.take());
        let _ended = self.child.wait();
    }
}
