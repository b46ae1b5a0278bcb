//! Where a server comes from: a program that is installed, or else an image that Docker has.

use std::{
    env,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio, id},
    sync::atomic::{AtomicUsize, Ordering},
};

const PROGRAM: &str = "nats-server";
/// Debian puts servers where a user's `PATH` does not look.
const SERVERS: &str = "/usr/sbin";
/// The image of `docker-compose.yml`. None is ever pulled from here.
const IMAGE: &str = "nats:2.15.1";
/// Runs the server until it ends or the input does: when whoever started it is gone, however that came.
/// `$1` ends it, and the folder `$2` goes with it. Nobody may be left to read what the shell has to say.
const WHILE_THERE_IS_INPUT: &str = r#"
    exec 3<&0
    end=$1 folder=$2
    shift 2
    "$@" </dev/null & server=$!
    exec 2>/dev/null
    { read -r _ <&3; eval "$end"; } & reader=$!
    wait $server
    kill $reader
    rm -rf "$folder"
"#;
const KILL: &str = "kill -KILL $server";

/// A server that can be started.
#[derive(Debug)]
pub(crate) enum Server {
    Program(PathBuf),
    /// In a container of this name.
    Image(String),
}

impl Server {
    /// The one that is installed, or else the image.
    pub(crate) fn find() -> Option<Self> {
        Self::program().or_else(Self::image)
    }

    fn program() -> Option<Self> {
        let folders = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&folders)
            .chain([PathBuf::from(SERVERS)])
            .map(|folder| folder.join(PROGRAM))
            .find(|file| file.is_file())
            .map(Self::Program)
    }

    /// The image, where an engine has it.
    pub(crate) fn image() -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        docker(&["image", "inspect", "--format", "{{.Id}}", IMAGE])?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Some(Self::Image(format!("spanwise-nats-{}-{count}", id())))
    }

    /// Starts it at a free port of this machine, with JetStream; its data in `folder`, or in the container.
    pub(crate) fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", WHILE_THERE_IS_INPUT, "sh"]);
        match self {
            Self::Program(program) => command
                .arg(KILL)
                .arg(folder)
                .arg(program)
                .args(["--addr", "127.0.0.1", "--port", "-1"])
                .arg("--store_dir")
                .arg(folder),
            Self::Image(name) => command
                // Who kills the owner's whole group must not reach whoever removes the container.
                .process_group(0)
                .arg(remove(name))
                .arg(folder)
                .args(["docker", "run", "--rm", "--name", name])
                .args(["--publish", "127.0.0.1::4222", IMAGE])
                .args(["--store_dir", "/data"]),
        };
        command.arg("--jetstream");
        command
    }

    /// Where it listens, as seen from here; `told` is what it says itself.
    pub(crate) fn address(&self, told: String) -> Result<String, String> {
        let Self::Image(name) = self else {
            return Ok(told);
        };
        let published = docker(&["port", name, "4222/tcp"]);
        let first = published.as_deref().and_then(|lines| lines.lines().next());
        first
            .map(str::to_owned)
            .ok_or_else(|| format!("Docker does not say where {name} listens"))
    }
}

/// Ends a container, also one that is not there yet: `docker run` ends with it.
fn remove(name: &str) -> String {
    format!("while kill -0 $server; do docker rm --force --volumes {name}; done >/dev/null 2>&1")
}

/// What `docker` with these arguments prints; none where there is no engine, or it fails.
fn docker(arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("docker");
    command.args(arguments).stdin(Stdio::null());
    let output = command.stderr(Stdio::null()).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(said)
}
