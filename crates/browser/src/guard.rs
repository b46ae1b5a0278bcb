//! The browser's process, and a guard that ends with whoever started it.

use std::{
    ffi::OsString,
    io::Read,
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream, process::CommandExt},
    },
    path::Path,
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
};

use crate::{Error, find};

/// Runs the browser until it ends or the input does: when whoever started it is gone, however that came.
/// What it inherits as 3 and 4 is its debugging pipe, both ways of one socket. Then the profile goes,
/// also while a process of the browser still finds out that the others are gone.
const WHILE_THERE_IS_INPUT: &str = r#"
    profile=$1; shift
    exec 3<&1 4>&1 5<&0
    "$@" </dev/null >/dev/null 5<&- & browser=$!
    exec 1>&- 3<&- 4>&-
    { read -r _ <&5; kill -KILL $browser; } 2>/dev/null & reader=$!
    wait $browser 2>/dev/null
    kill $reader 2>/dev/null
    until rm -rf "$profile"; do :; done 2>/dev/null
"#;

/// No profile but a fresh one, nothing that calls home, and no window.
const OPTIONS: [&str; 17] = [
    "--headless",
    "--remote-debugging-pipe",
    // It shows the exercises' own pages and nothing else. Its sandbox wants what root, and most
    // containers, do not have.
    "--no-sandbox",
    "--no-startup-window",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
];

/// How much of what the browser says is kept: its end.
const KEPT: usize = 2 * 1024;

/// A running browser. Dropping it ends it, and its profile is gone.
#[derive(Debug)]
pub(crate) struct Guard {
    guard: Child,
    /// What the browser said; it is over when its last process is.
    said: Option<JoinHandle<String>>,
}

impl Guard {
    /// Starts the first browser that is found; its debugging pipe is the stream.
    pub(crate) fn start() -> Result<(Self, UnixStream), Error> {
        let program = find::program().ok_or(Error::Missing)?;
        let (ours, theirs) = UnixStream::pair()?;
        let profile = tempfile::Builder::new()
            .prefix("spanwise-browser-")
            .tempdir()?;
        let mut guard = Command::new("sh");
        guard
            .args(["-c", WHILE_THERE_IS_INPUT, "sh"])
            .arg(profile.path())
            .arg(program)
            .args(OPTIONS)
            .arg(option("--user-data-dir=", profile.path()))
            // What it puts elsewhere goes with the profile.
            .env("TMPDIR", profile.path())
            // A Ctrl-C in the terminal is for whoever started it, who then ends it in order.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::from(OwnedFd::from(theirs)))
            .stderr(Stdio::piped());
        let mut guard = guard.spawn()?;
        // From here on the guard removes it, also when this process has no time to.
        let _ = profile.keep();
        let said = guard.stderr.take();
        let said = said.map(|stderr| thread::spawn(move || last_of(stderr)));
        Ok((Self { guard, said }, ours))
    }

    /// Ends it, if it has not ended, and returns what it said last.
    pub(crate) fn end(&mut self) -> String {
        drop(self.guard.stdin.take());
        let _already_gone = self.guard.wait();
        let said = self.said.take().and_then(|said| said.join().ok());
        said.unwrap_or_default()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.end();
    }
}

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(path);
    option
}

/// Reads to the end, so that nobody waits for a full pipe.
fn last_of(mut pipe: impl Read) -> String {
    let (mut tail, mut buffer) = (Vec::new(), [0; KEPT]);
    while let Ok(read @ 1..) = pipe.read(&mut buffer) {
        tail.extend_from_slice(&buffer[..read]);
        let surplus = tail.len().saturating_sub(KEPT);
        tail.drain(..surplus);
    }
    String::from_utf8_lossy(&tail).trim().to_owned()
}
