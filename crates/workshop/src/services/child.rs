//! Programs that run as long as the runner does, and say in one line when they are ready.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use course::{Backend, BackendKind, Layout};
use serde::Deserialize;

use crate::{Problem, process::step_back};

const READY_LIMIT: Duration = Duration::from_secs(60);
const END_LIMIT: Duration = Duration::from_secs(3);

/// A child that ends when its standard input closes: it does not outlive a killed runner either.
pub(crate) struct Service {
    child: Child,
    /// What it prints; it closes when the child ends.
    lines: Option<mpsc::Receiver<String>>,
}

/// A lab that answers.
pub(crate) struct Lab {
    pub(crate) process: Service,
    pub(crate) backend: Backend,
    pub(crate) notes: Vec<String>,
}

#[derive(Deserialize)]
struct LabReady {
    web: String,
    otlp_http: String,
    otlp_grpc: String,
    #[serde(default)]
    notes: Vec<String>,
}

#[derive(Deserialize)]
struct BookReady {
    address: String,
}

/// Starts the lab at the usual ports, or at others where these are taken.
///
/// # Errors
/// When it does not start, or does not answer in time.
pub(crate) fn start_lab(program: &Path, layout: &Layout) -> Result<Lab, Problem> {
    let mut command = Command::new(program);
    command.args(["--port-fallback", "--until-stdin-closes"]);
    let (process, ready) = start::<LabReady>("lab", command, layout)?;
    let trim = |address: String| address.trim_end_matches('/').to_owned();
    let backend = Backend {
        kind: BackendKind::Lab,
        web: trim(ready.web),
        otlp_http: trim(ready.otlp_http),
        otlp_grpc: trim(ready.otlp_grpc),
    };
    Ok(Lab {
        process,
        backend,
        notes: ready.notes,
    })
}

/// Starts the book at `port`; its address has no slash at the end.
///
/// # Errors
/// When it does not start, or does not answer in time.
pub(crate) fn start_book(
    program: &Path,
    layout: &Layout,
    port: u16,
) -> Result<(Service, String), Problem> {
    let mut command = Command::new(program);
    command.args(["serve", "--port", &port.to_string(), "--until-stdin-closes"]);
    let (process, ready) = start::<BookReady>("book", command, layout)?;
    // It is rebuilt at each save, and takes as long for it as the verdict, which somebody waits for.
    step_back(&process.child);
    Ok((process, ready.address.trim_end_matches('/').to_owned()))
}

/// Starts the program that serves an exercise's page, at `port` where that is not 0; its address is
/// the first line that it prints. Its spans go to `otlp`, or where they usually go.
///
/// # Errors
/// When it does not start, or does not answer in time.
pub(crate) fn start_page(
    program: &Path,
    layout: &Layout,
    port: u16,
    otlp: Option<&str>,
) -> Result<(Service, String), Problem> {
    let mut command = Command::new(program);
    command.args([&port.to_string(), "--until-stdin-closes"]);
    if let Some(otlp) = otlp {
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", otlp);
    }
    let is_address = |line: &str| line.starts_with("http://").then(|| line.to_owned());
    start_when("page", command, layout, is_address)
}

fn start<R: for<'de> Deserialize<'de>>(
    name: &str,
    command: Command,
    layout: &Layout,
) -> Result<(Service, R), Problem> {
    start_when(name, command, layout, |line| {
        serde_json::from_str(line).ok()
    })
}

/// The line that says so comes first; what is printed after it is read and dropped.
fn start_when<R>(
    name: &str,
    mut command: Command,
    layout: &Layout,
    ready: impl Fn(&str) -> Option<R>,
) -> Result<(Service, R), Problem> {
    let log = layout.state().join(format!("{name}.log"));
    let file = fs::create_dir_all(layout.state()).and_then(|()| File::create(&log));
    let file = file.map_err(|error| Problem::file("write", &log, &error))?;
    // A group of its own: Ctrl-C goes to the runner, which ends its children in order.
    command.current_dir(layout.root()).process_group(0);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(file);
    let failed = |why: &str| {
        let said = fs::read_to_string(&log).unwrap_or_default();
        let what = format!("the {name} did not start: {why}\n{}", said.trim_end());
        let remedy =
            "your verdicts do not need it; `cargo workshop doctor` looks at ports and disk";
        Problem::new(what.trim_end(), remedy)
    };
    let mut child = command
        .spawn()
        .map_err(|error| failed(&error.to_string()))?;
    let lines = child.stdout.take().map(read_lines);
    let mut service = Service { child, lines };
    let lines = service.lines.as_ref();
    let line = lines.and_then(|lines| lines.recv_timeout(READY_LIMIT).ok());
    match line.as_deref().and_then(ready) {
        Some(ready) => Ok((service, ready)),
        None => {
            service.stop();
            Err(failed("it ended, or did not say that it is ready"))
        }
    }
}

fn read_lines(out: ChildStdout) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    receive
}

impl Service {
    /// Calls `ended` once, when the child has ended, whoever ended it.
    pub(crate) fn when_ended(&mut self, ended: impl FnOnce() + Send + 'static) {
        if let Some(lines) = self.lines.take() {
            thread::spawn(move || {
                lines.into_iter().for_each(drop);
                ended();
            });
        }
    }

    /// Closes its standard input, and ends it where it does not end by itself.
    pub(crate) fn stop(&mut self) {
        drop(self.child.stdin.take());
        let id = self.child.id();
        let (done, waiting) = mpsc::channel::<()>();
        let guard = thread::spawn(move || {
            let late = waiting.recv_timeout(END_LIMIT) == Err(mpsc::RecvTimeoutError::Timeout);
            if late
                && let Some(pid) = i32::try_from(id)
                    .ok()
                    .and_then(rustix::process::Pid::from_raw)
            {
                // Its own parent has not reaped it yet, so the number is still its own.
                let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
            }
        });
        let _ = self.child.wait();
        drop(done);
        let _ = guard.join();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_child_is_ready_when_it_says_so_and_ends_with_its_input() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path());
        let script = r#"echo '{"kind":"book","address":"http://127.0.0.1:1"}'; cat; touch ended"#;
        let (mut service, ready) = start::<BookReady>("book", shell(script), &layout).unwrap();
        assert_eq!(ready.address, "http://127.0.0.1:1");
        service.stop();
        assert!(folder.path().join("ended").exists());
    }

    #[test]
    fn a_child_that_fails_tells_why() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path());
        let script = "echo 'no such chapter' >&2; exit 1";
        let problem = start::<BookReady>("book", shell(script), &layout)
            .map(|_| ())
            .unwrap_err();
        assert!(problem.what.contains("no such chapter"), "{problem}");
    }
}
