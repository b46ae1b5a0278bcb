//! A real NATS server for the exercises: a port and a data folder of its own, and nothing left behind.

#![forbid(unsafe_code)]

mod server;

use std::{
    fmt, future,
    io::{self, BufRead, BufReader},
    process::{Child, Stdio},
    thread,
};

use server::Server;
use tempfile::TempDir;

/// The command that installs what is needed.
pub const INSTALL: &str = "apt-get install nats-server";

/// What the server says of its port, and that it is ready.
const LISTENS: &str = "Listening for client connections on ";
const READY: &str = "Server is ready";

/// Whether there is a NATS server: installed, or as an image that Docker has.
#[must_use]
pub fn is_installed() -> bool {
    Server::find().is_some()
}

/// A running server with JetStream. Dropping it ends it, and its data are gone.
#[derive(Debug)]
pub struct Broker {
    guard: Child,
    address: String,
    _data: TempDir,
}

/// Why there is no server.
#[derive(Debug)]
pub enum StartError {
    /// It is not installed.
    Missing,
    /// It could not be started, or its folder not be made.
    Io(io::Error),
    /// It ended before it was ready, and said this.
    Ended(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "there is no NATS server here: {INSTALL}"),
            Self::Io(error) => write!(f, "the NATS server does not start: {error}"),
            Self::Ended(said) => write!(f, "the NATS server ended before it was ready: {said}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Broker {
    /// Starts a server on a free port of this machine, with JetStream and no data.
    ///
    /// # Errors
    /// When it is not installed, or does not start.
    pub fn start() -> Result<Self, StartError> {
        Self::start_with(&[])
    }

    /// The same with more of the server's own options, such as `--user` and `--pass`.
    ///
    /// # Errors
    /// When it is not installed, or does not start.
    pub fn start_with(options: &[&str]) -> Result<Self, StartError> {
        Server::find()
            .ok_or(StartError::Missing)
            .and_then(|server| Self::run(&server, options))
    }

    /// [`Broker::start`] with the server of the image, whatever is installed.
    ///
    /// # Errors
    /// When Docker or its image is not here, or it does not start.
    pub fn start_in_container() -> Result<Self, StartError> {
        let image = Server::image().ok_or(StartError::Missing)?;
        Self::run(&image, &[])
    }

    fn run(server: &Server, options: &[&str]) -> Result<Self, StartError> {
        let data = tempfile::Builder::new()
            .prefix("spanwise-nats-")
            .tempdir()?;
        let mut guard = server
            .command(data.path())
            .args(options)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        let lines = guard.stderr.take().map(BufReader::new);
        let told = lines.ok_or_else(String::new).and_then(address);
        match told.and_then(|told| server.address(told)) {
            Ok(address) => Ok(Self {
                guard,
                address,
                _data: data,
            }),
            Err(said) => {
                end(&mut guard);
                Err(StartError::Ended(said))
            }
        }
    }

    /// Where it listens: `127.0.0.1:40123`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    fn port(&self) -> Option<u16> {
        self.address.rsplit_once(':')?.1.parse().ok()
    }

    /// Ends it as a crash does: at once, and without a word to anybody.
    pub fn kill(&mut self) {
        end(&mut self.guard);
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a server until the future is dropped or the process ends; `listens` is told its port.
///
/// # Errors
/// When it is not installed, or does not start.
pub async fn serve(listens: impl FnOnce(u16)) -> Result<(), StartError> {
    let broker = Broker::start()?;
    let unknown = || StartError::Ended(format!("it listens at `{}`", broker.address));
    listens(broker.port().ok_or_else(unknown)?);
    future::pending().await
}

/// The guard kills the server when its input ends, and ends after it.
fn end(guard: &mut Child) {
    drop(guard.stdin.take());
    let _already_gone = guard.wait();
}

/// The address in what the server says until it is ready; else all that it has said.
fn address(mut lines: BufReader<impl io::Read + Send + 'static>) -> Result<String, String> {
    let (mut found, mut said) = (None, String::new());
    let mut line = String::new();
    while lines.read_line(&mut line).is_ok_and(|read| read > 0) {
        if let Some((_, address)) = line.split_once(LISTENS) {
            found = Some(address.trim().to_owned());
        }
        if line.contains(READY) {
            // Nobody reads the rest, and a full pipe would stop the server.
            thread::spawn(move || io::copy(&mut lines, &mut io::sink()));
            return found.ok_or(said);
        }
        said.push_str(&line);
        line.clear();
    }
    Err(said)
}
