//! `cargo workshop doctor`: what the workshop stands on.

use std::{env, fs, path::Path, process::Command};

use course::{BackendKind, Session};
use trace_lab::ports::holder;

use crate::{
    Problem, backend, build,
    cli::{End, print},
    clock, guard,
    progress::Progress,
    room::Room,
    services::PORTS,
};

/// One finding: what was looked at, what was seen, and what to do where that is not as it should be.
struct Finding {
    what: &'static str,
    seen: String,
    remedy: Option<String>,
    /// Whether the workshop cannot work with it.
    bad: bool,
}

impl Finding {
    fn good(what: &'static str, seen: impl Into<String>) -> Self {
        Self {
            what,
            seen: seen.into(),
            remedy: None,
            bad: false,
        }
    }

    fn note(what: &'static str, seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what,
            seen: seen.into(),
            remedy: Some(remedy.into()),
            bad: false,
        }
    }

    fn bad(what: &'static str, seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what,
            seen: seen.into(),
            remedy: Some(remedy.into()),
            bad: true,
        }
    }

    fn line(&self) -> String {
        let sign = match (self.bad, &self.remedy) {
            (true, _) => '✗',
            (false, Some(_)) => '!',
            (false, None) => '✓',
        };
        let remedy = self
            .remedy
            .as_ref()
            .map_or(String::new(), |remedy| format!("   To do: {remedy}\n"));
        format!(" {sign} {:<12} {}\n{remedy}", self.what, self.seen)
    }
}

/// Looks at everything. Exit code 1 where something keeps the workshop from working.
pub(crate) fn doctor(room: &Room) -> Result<End, Problem> {
    let root = room.layout.root();
    let mut findings = vec![rust(), linker(), space(root), path(root), writable(room)];
    findings.extend(registry(root));
    findings.push(progress(room));
    findings.extend(session(room));
    findings.extend(exercises(room));
    let own: Vec<String> = addresses(room).collect();
    let ports = PORTS.iter();
    findings.extend(ports.map(|(port, what)| port_finding(*port, what, &own)));
    findings.push(jaeger());
    findings.push(docker());
    for finding in &findings {
        print(&finding.line());
    }
    let bad = findings.iter().any(|finding| finding.bad);
    print(if bad {
        "\nRepair what is marked ✗ and ask again.\n"
    } else {
        "\nAll is well.\n"
    });
    Ok(if bad { End::NotYet } else { End::Passed })
}

fn output(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn rust() -> Finding {
    let said = output(Command::new("rustc").arg("--version"));
    let needed = env!("CARGO_PKG_RUST_VERSION");
    match said {
        None => Finding::bad(
            "Rust",
            "rustc cannot be started",
            "install Rust from https://rustup.rs",
        ),
        Some(said) if version(&said) < version(needed) => Finding::bad(
            "Rust",
            format!("{said}, and {needed} is needed"),
            "rustup update",
        ),
        Some(said) => Finding::good("Rust", said),
    }
}

/// The first two numbers: `rustc 1.95.0 (…)` is (1, 95).
fn version(text: &str) -> (u32, u32) {
    let numbers = text.split(|char: char| !char.is_ascii_digit());
    let mut numbers = numbers.filter_map(|number| number.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

fn linker() -> Finding {
    let own = env::vars()
        .find(|(name, _)| name.starts_with("CARGO_TARGET_") && name.ends_with("_LINKER"));
    let name = own.map_or_else(|| "cc".to_owned(), |(_, value)| value);
    match output(Command::new(&name).arg("--version")) {
        Some(said) => Finding::good("Linker", said.lines().next().unwrap_or_default()),
        None => Finding::bad(
            "Linker",
            format!("`{name}` cannot be started"),
            "Debian, Ubuntu: apt-get install build-essential; macOS: xcode-select --install",
        ),
    }
}

fn space(root: &Path) -> Finding {
    let Ok(stat) = rustix::fs::statvfs(root) else {
        return Finding::note("Disk", "its free space cannot be read", "look with `df`");
    };
    let gib = (stat.f_bavail * stat.f_frsize) as f64 / f64::from(1 << 30);
    let seen = format!("{gib:.1} GiB free");
    let remedy = "free some space: what is compiled takes about 3 GiB; `cargo clean` removes it";
    if gib < 0.2 {
        Finding::bad("Disk", seen, remedy)
    } else if gib < 4.0 {
        Finding::note("Disk", seen, remedy)
    } else {
        Finding::good("Disk", seen)
    }
}

fn path(root: &Path) -> Finding {
    let seen = root.display().to_string();
    let remedy = "move the clone to a folder whose path is text";
    if root.to_str().is_none() {
        return Finding::bad("Path", format!("{seen} is not valid UTF-8"), remedy);
    }
    if seen.contains("/mnt/") && env::var_os("WSL_DISTRO_NAME").is_some() {
        let remedy =
            "clone inside of WSL, below your home: saves are not noticed on a Windows disk";
        return Finding::note("Path", seen, remedy);
    }
    Finding::good("Path", seen)
}

fn writable(room: &Room) -> Finding {
    let state = room.layout.state();
    let probe = state.join(format!("probe-{}", clock::stamp()));
    let written = fs::create_dir_all(&state).and_then(|()| fs::write(&probe, "probe"));
    // Whether it was made or not, it must not stay.
    let _ = fs::remove_file(&probe);
    match written {
        Ok(()) => Finding::good("Writing", format!("{} can be written", state.display())),
        Err(error) => {
            let problem = Problem::file("write below", &state, &error);
            Finding::bad("Writing", problem.what, problem.remedy)
        }
    }
}

/// Asks cargo whether everything that the lock file names is on this machine.
fn registry(root: &Path) -> Option<Finding> {
    let mut command = build::program();
    command
        .args(["metadata", "--offline", "--locked", "--format-version=1"])
        .current_dir(root);
    let output = command.output().ok()?;
    if output.status.success() {
        return Some(Finding::good(
            "Packages",
            "all are downloaded: no network is needed",
        ));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or_default().to_owned();
    let remedy = "connect to the network once and run `cargo fetch`";
    Some(Finding::note("Packages", first, remedy))
}

fn progress(room: &Room) -> Finding {
    match Progress::load(&room.layout) {
        Ok(loaded) => match loaded.note {
            None => Finding::good("Progress", "readable"),
            Some(note) => Finding::note("Progress", note, "cargo workshop check --all"),
        },
        Err(problem) => Finding::bad("Progress", problem.what, problem.remedy),
    }
}

fn session(room: &Room) -> Option<Finding> {
    let recorded = Session::load(&room.layout);
    if recorded.pid == 0 {
        return None;
    }
    if let Some(session) = room.session() {
        let seen = format!("process {} watches this checkout", session.pid);
        return Some(Finding::good("Runner", seen));
    }
    let seen = format!(
        "process {} was killed and left its session behind",
        recorded.pid
    );
    let remedy = "nothing: the next `cargo workshop` clears it";
    Some(Finding::note("Runner", seen, remedy))
}

fn exercises(room: &Room) -> Vec<Finding> {
    let broken = room.broken.iter().map(|broken| broken.problem.clone());
    let changed = room
        .exercises
        .iter()
        .flat_map(|exercise| guard::changed(&room.layout, &exercise.slug));
    let problems: Vec<Problem> = broken.chain(changed).collect();
    if problems.is_empty() {
        return vec![Finding::good(
            "Exercises",
            format!("{} are whole", room.exercises.len()),
        )];
    }
    let finding = |problem: Problem| Finding::bad("Exercises", problem.what, problem.remedy);
    problems.into_iter().map(finding).collect()
}

/// `own` are the addresses of the runner at work.
fn port_finding(port: u16, what: &'static str, own: &[String]) -> Finding {
    let free = std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    if free {
        return Finding::good("Port", format!("{port} is free ({what})"));
    }
    let mut own = own.iter();
    if own.any(|address| address.ends_with(&format!(":{port}"))) {
        return Finding::good("Port", format!("{port} is the workshop's own ({what})"));
    }
    let who = holder(port).map_or_else(
        || "another user's program".to_owned(),
        |who| who.to_string(),
    );
    let seen = format!("{port} ({what}) is held by {who}");
    Finding::note(
        "Port",
        seen,
        "nothing, if that is the workshop or Jaeger; otherwise another port is taken and printed",
    )
}

/// Where the runner at work says that its book and backend are.
fn addresses(room: &Room) -> impl Iterator<Item = String> {
    let session = room.session();
    let backend = session.clone().and_then(|session| session.backend);
    let backend = backend.map(|backend| [backend.web, backend.otlp_http, backend.otlp_grpc]);
    let book = session.map(|session| session.book);
    backend.into_iter().flatten().chain(book)
}

fn jaeger() -> Finding {
    match backend::usual().map(|backend| (backend.kind, backend.web)) {
        Some((BackendKind::Jaeger, web)) => {
            Finding::good("Backend", format!("Jaeger answers at {web}"))
        }
        Some((BackendKind::Lab, web)) => {
            Finding::good("Backend", format!("the lab answers at {web}"))
        }
        None => Finding::good("Backend", "none runs; `cargo workshop` starts the lab"),
    }
}

/// Only `docker compose` and the tests in containers/ need it.
fn docker() -> Finding {
    match output(Command::new("docker").args(["version", "--format", "{{.Server.Version}}"])) {
        Some(version) => Finding::good("Docker", version),
        None => Finding::good("Docker", "not here, or not running; no exercise needs it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(version("rustc 1.100.0 (abc 2027-01-01)") > version("1.95"));
        assert!(version("rustc 1.94.1") < version("1.95"));
        assert_eq!(version("rustc 1.95.0-nightly"), version("1.95"));
    }

    #[test]
    fn a_held_port_is_named_with_its_holder() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let line = port_finding(port, "test", &[]).line();
        let holder = format!("process {}", std::process::id());
        assert!(line.contains(&holder), "{line}");
        let own = [format!("http://127.0.0.1:{port}")];
        let line = port_finding(port, "test", &own).line();
        assert!(line.contains("the workshop's own"), "{line}");
    }
}
