//! A real Erlang node, in a process of its own.

use std::{
    env, fmt, fs,
    io::{self, BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use tempfile::TempDir;

/// The command that installs what is needed.
pub const INSTALL: &str = "apt-get install erlang-base";

const EPMD: Source = Source {
    name: "spanwise_epmd.erl",
    text: include_str!("../erl/spanwise_epmd.erl"),
};
/// A line for what crashes, without what it says a second time and with all of the heap.
const LOGGER: &str = "[{handler, default, logger_std_h, #{\
    filters => [{once, {fun logger_filters:domain/2, {stop, sub, [otp, sasl]}}}], \
    formatter => {logger_formatter, #{single_line => true, max_size => 600, \
        template => [level, \": \", msg, \"\\n\"]}}}}]";
/// What a node that is ready says.
const READY: &str = "spanwise port ";

/// An Erlang module.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// `stock.erl`.
    pub name: &'static str,
    /// What is in it.
    pub text: &'static str,
}

/// Whether an Erlang system is there.
#[must_use]
pub fn is_installed() -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    ["erl", "erlc"]
        .iter()
        .all(|program| env::split_paths(&folders).any(|folder| folder.join(program).is_file()))
}

/// A running node. Dropping it ends it; it also ends when this process does, however that comes.
#[derive(Debug)]
pub struct Erlang {
    node: Child,
    port: u16,
    /// Its compiled modules.
    _folder: TempDir,
}

/// Why a node does not run.
#[derive(Debug)]
pub enum StartError {
    /// A program could not be started, or a file not be written.
    Io(io::Error),
    /// What the compiler says: file, line and column first.
    Compiler(String),
    /// The node ended before it was ready; it has said why on its output.
    Ended,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                write!(f, "Erlang is not there: {INSTALL}")
            }
            Self::Io(error) => write!(f, "Erlang does not start: {error}"),
            Self::Compiler(said) => write!(f, "Erlang does not compile: {said}"),
            Self::Ended => f.write_str("the Erlang node ended before it was ready"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Erlang {
    /// Compiles the modules and starts the node `name` (`stock@127.0.0.1`) with them, which then
    /// evaluates `start` (`stock:start()`). It listens on a free port of this machine. What it prints
    /// goes where this process prints.
    ///
    /// # Errors
    /// What the compiler says, or why the node does not run.
    pub fn start(
        name: &str,
        cookie: &str,
        modules: &[Source],
        start: &str,
    ) -> Result<Self, StartError> {
        let folder = tempfile::Builder::new()
            .prefix("spanwise-erlang-")
            .tempdir()?;
        compile(folder.path(), modules)?;
        let mut command = Command::new("erl");
        command
            .args(["-noshell", "-name", name, "-setcookie", cookie])
            .args(["-kernel", "inet_dist_use_interface", "{127,0,0,1}"])
            .args(["-start_epmd", "false", "-epmd_module", "spanwise_epmd"])
            .args(["-kernel", "logger", LOGGER])
            .arg("-pa")
            .arg(folder.path())
            .args(["-eval", &format!("{start}, spanwise_epmd:ready().")])
            // A crash is told on the output; a dump of the whole node helps nobody.
            .env("ERL_CRASH_DUMP_SECONDS", "0")
            .env("HOME", folder.path())
            .env("SPANWISE_FOLDER", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut node = command.spawn()?;
        let Some(output) = node.stdout.take() else {
            return Err(StartError::Ended);
        };
        let mut output = BufReader::new(output);
        let Some(port) = port(&mut output) else {
            let _ = (node.kill(), node.wait());
            return Err(StartError::Ended);
        };
        thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .for_each(|line| println!("{line}"))
        });
        Ok(Self {
            node,
            port,
            _folder: folder,
        })
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.node.id()
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Erlang {
    fn drop(&mut self) {
        let _ = (self.node.kill(), self.node.wait());
    }
}

/// The port that the node names when it is ready; what it prints before goes on.
fn port(output: &mut impl BufRead) -> Option<u16> {
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.strip_prefix(READY) {
            Some(port) => return port.trim().parse().ok(),
            None => print!("{line}"),
        }
    }
}

fn compile(folder: &Path, modules: &[Source]) -> Result<(), StartError> {
    let mut command = Command::new("erlc");
    let options = ["+warnings_as_errors", "+brief"];
    command.args(options).current_dir(folder);
    for module in modules.iter().chain([&EPMD]) {
        fs::write(folder.join(module.name), module.text)?;
        command.arg(module.name);
    }
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<_> = said.lines().collect();
    Err(StartError::Compiler(lines.join("; ")))
}
