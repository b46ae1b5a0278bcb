//! Asks cargo to compile, and listens: what is compiled, what does not compile, what came of it.

use std::{
    env,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc::{self, Sender},
    thread,
};

use serde::Deserialize;

use crate::{Cancel, Problem, process::Group};

/// How far a check or a build is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many packages have been begun, the last one of that name.
    Compiling(usize, String),
    /// Something else that cargo says, such as that it waits for a lock.
    Waiting(String),
    /// The test runs.
    Running,
}

/// What cargo made.
#[derive(Debug, Default)]
pub(crate) struct Built {
    /// Programs and tests, by the name of their target.
    pub(crate) executables: Vec<(String, PathBuf)>,
    /// What the compiler says, with the manifest of the package that it is about.
    pub(crate) errors: Vec<(PathBuf, String)>,
    /// Whether all of it compiled.
    pub(crate) success: bool,
    /// The last lines that cargo printed.
    pub(crate) said: Vec<String>,
}

impl Built {
    pub(crate) fn executable(&self, target: &str) -> Option<&Path> {
        let mut found = self.executables.iter();
        found
            .find(|(name, _)| name == target)
            .map(|(_, path)| path.as_path())
    }
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    executable: Option<PathBuf>,
    message: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
}

enum Line {
    Out(String),
    Err(String),
}

/// A cargo command with these arguments; `colour` colours what the compiler says.
pub(crate) fn cargo(root: &Path, arguments: &[&str], colour: bool) -> Command {
    let format = match colour {
        true => "--message-format=json-diagnostic-rendered-ansi",
        false => "--message-format=json",
    };
    let mut command = program();
    command
        .args(arguments)
        .arg(format)
        .current_dir(root)
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        .env("CARGO_TERM_COLOR", "never");
    command
}

/// The cargo that runs this program, without what it says of this program's own package.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let own = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ];
        if own.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// Runs it to its end.
///
/// # Errors
/// When cargo cannot be started.
pub(crate) fn build(
    command: Command,
    cancel: &Cancel,
    on_step: &mut dyn FnMut(Step),
) -> Result<Built, Problem> {
    follow(start(command, cancel)?, on_step)
}

/// The same behind everything else that the machine has to do.
///
/// # Errors
/// When cargo cannot be started.
pub(crate) fn build_behind(
    command: Command,
    cancel: &Cancel,
    on_step: &mut dyn FnMut(Step),
) -> Result<Built, Problem> {
    let group = start(command, cancel)?;
    group.step_back();
    follow(group, on_step)
}

fn start(mut command: Command, cancel: &Cancel) -> Result<Group, Problem> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Group::start(&mut command, cancel).map_err(|error| not_started(&error))
}

fn follow(mut group: Group, on_step: &mut dyn FnMut(Step)) -> Result<Built, Problem> {
    let (send, lines) = mpsc::channel();
    let leader = group.leader();
    read(leader.stdout.take(), send.clone(), Line::Out);
    read(leader.stderr.take(), send, Line::Err);
    let mut built = Built::default();
    let mut begun = 0;
    for line in lines {
        match line {
            Line::Out(line) => built.take(&line),
            Line::Err(line) => built.hear(line, &mut begun, on_step),
        }
    }
    let status = group.wait().map_err(|error| not_started(&error))?;
    built.success = status.success();
    Ok(built)
}

fn not_started(error: &std::io::Error) -> Problem {
    let remedy = "install Rust from https://rustup.rs, or put `cargo` on your PATH";
    Problem::new(format!("cargo cannot be started: {error}"), remedy)
}

fn read<R: Read + Send + 'static>(pipe: Option<R>, send: Sender<Line>, kind: fn(String) -> Line) {
    let Some(pipe) = pipe else { return };
    thread::spawn(move || {
        let mut lines = BufReader::new(pipe).split(b'\n');
        while let Some(Ok(line)) = lines.next() {
            if send
                .send(kind(String::from_utf8_lossy(&line).into_owned()))
                .is_err()
            {
                return;
            }
        }
    });
}

impl Built {
    fn take(&mut self, line: &str) {
        let Ok(message) = serde_json::from_str::<Message>(line) else {
            return;
        };
        match message.reason.as_str() {
            "compiler-artifact" => {
                if let (Some(target), Some(path)) = (message.target, message.executable) {
                    self.executables.push((target.name, path));
                }
            }
            "compiler-message" => self.take_diagnostic(message),
            _ => {}
        }
    }

    /// The library and its test repeat each other.
    fn take_diagnostic(&mut self, message: Message) {
        let is_error = |found: &Diagnostic| found.level.starts_with("error");
        let Some(found) = message.message.filter(is_error) else {
            return;
        };
        let rendered = found.rendered.unwrap_or_default();
        let summary = rendered.contains("aborting due to");
        if !summary && !self.errors.iter().any(|(_, known)| *known == rendered) {
            let manifest = message.manifest_path.unwrap_or_default();
            self.errors.push((manifest, rendered));
        }
    }

    fn hear(&mut self, line: String, begun: &mut usize, on_step: &mut dyn FnMut(Step)) {
        let said = line.trim();
        if let Some(rest) = said.strip_prefix("Compiling ") {
            *begun += 1;
            let name = rest.split_whitespace().next().unwrap_or_default();
            on_step(Step::Compiling(*begun, name.to_owned()));
        } else if ["Blocking", "Downloading", "Downloaded", "Updating"]
            .iter()
            .any(|word| said.starts_with(word))
        {
            on_step(Step::Waiting(said.to_owned()));
        }
        if self.said.len() == 40 {
            self.said.remove(0);
        }
        self.said.push(line);
    }
}

/// Why cargo made nothing, where no code of the learner's is to blame.
pub(crate) fn failure(what: &str, built: &Built) -> Problem {
    let mut said: Vec<&str> = built
        .errors
        .iter()
        .map(|(_, text)| text.trim_end())
        .collect();
    let quiet = |line: &&str| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with("Compiling") && !line.starts_with("Finished")
    };
    said.extend(built.said.iter().map(String::as_str).filter(quiet));
    let said = said.join("\n");
    Problem::new(format!("{what}:\n{said}"), remedy(&said))
}

fn remedy(said: &str) -> &'static str {
    let has = |texts: &[&str]| texts.iter().any(|text| said.contains(text));
    if has(&["No space left on device", "os error 28"]) {
        "the disk is full: free some space, then try again; nothing of yours is lost"
    } else if has(&["linker `", "linking with"]) {
        "install a C linker: `apt-get install build-essential` on Debian and Ubuntu, \
         `xcode-select --install` on macOS"
    } else if has(&["Permission denied", "os error 13", "Read-only file system"]) {
        "you may not write to the target folder: make it yours, or set CARGO_TARGET_DIR"
    } else if has(&[
        "Could not resolve host",
        "failed to download",
        "offline was specified",
        "without the offline flag",
        "failed to query replaced source",
        "spurious network error",
    ]) {
        "packages are downloaded once: connect to the network, run `cargo fetch`, \
         and none is needed any more"
    } else if has(&[
        "is not supported by the following packages",
        "requires rustc",
    ]) {
        "update Rust: `rustup update`"
    } else {
        "read what cargo says above; `cargo workshop doctor` looks at the usual causes"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_causes_have_their_remedy() {
        assert!(remedy("error: linker `cc` not found").contains("build-essential"));
        assert!(remedy("error: failed to download `x`").contains("cargo fetch"));
        assert!(remedy("No space left on device (os error 28)").contains("disk is full"));
        assert!(remedy("rustc 1.70 is not supported by the following packages").contains("rustup"));
        assert!(remedy("anything").contains("doctor"));
    }

    #[test]
    fn an_error_is_kept_once_and_a_warning_not_at_all() {
        let mut built = Built::default();
        let message = |level: &str| {
            format!(
                r#"{{"reason":"compiler-message","manifest_path":"/c/Cargo.toml",
                    "message":{{"level":"{level}","rendered":"no such name"}}}}"#
            )
        };
        for level in ["error", "error", "warning"] {
            built.take(&message(level));
        }
        built.take("not json");
        assert_eq!(
            built.errors,
            [("/c/Cargo.toml".into(), "no such name".to_owned())]
        );
    }
}
