//! A server is there while its owner is, and nothing of it afterwards.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use broker::{Broker, INSTALL, StartError, is_installed};

/// Says that this process is the one that starts a server and is killed.
const INNER: &str = "BROKER_INNER";
const WITHIN: Duration = Duration::from_secs(10);

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + WITHIN;
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn is_gone(address: &str) -> bool {
    TcpStream::connect(address).is_err()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

/// The servers that were started below this folder for data.
fn servers(folder: &str) -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
        .filter(|line| String::from_utf8_lossy(line).contains(folder))
        .count()
}

#[test]
fn a_server_goes_with_its_owner_whether_it_is_dropped_or_killed() {
    if env::var_os(INNER).is_some() {
        let broker = Broker::start().unwrap();
        println!("inner {}", broker.address());
        thread::park();
        return;
    }
    if !testkit::need("nats", INSTALL, is_installed) {
        return;
    }
    let broker = Broker::start().unwrap();
    let address = broker.address().to_owned();
    assert!(!is_gone(&address));
    drop(broker);
    assert!(is_gone(&address), "it is waited for");
    killed();
}

/// A process that runs a server is killed, and has no time to give anything back.
fn killed() {
    let data = tempfile::tempdir().unwrap();
    let test = "a_server_goes_with_its_owner_whether_it_is_dropped_or_killed";
    let (mut inner, address) = inner(test, data.path());
    let folder = data.path().to_str().unwrap();
    assert!(servers(folder) > 0);
    inner.kill().unwrap();
    inner.wait().unwrap();
    eventually("its port is free", || is_gone(&address));
    eventually("its processes are gone", || servers(folder) == 0);
    eventually("its folder is gone", || is_empty(data.path()));
}

/// This test once more, in a process that starts a server: the process, and the server's address.
fn inner(test: &str, data: &Path) -> (Child, String) {
    let mut inner = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture", test])
        .env(INNER, "1")
        .env("TMPDIR", data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(inner.stdout.take().unwrap()).lines();
    let told = |line: String| Some(line.split_once("inner ")?.1.to_owned());
    let address = lines.map_while(Result::ok).find_map(told).unwrap();
    (inner, address)
}

#[test]
fn where_none_is_installed_a_container_is_one() {
    const INSTALL: &str = "docker compose --profile nats pull nats";
    if env::var_os(INNER).is_some() {
        let broker = Broker::start_in_container().unwrap();
        println!("inner {}", broker.address());
        thread::park();
        return;
    }
    if !testkit::need("docker", INSTALL, || containers().is_some()) {
        return;
    }
    let mut broker = Broker::start_in_container().unwrap();
    let address = broker.address().to_owned();
    assert!(greets(&address), "{address}");
    broker.kill();
    assert!(is_gone(&address), "it is waited for");
    let data = tempfile::tempdir().unwrap();
    let test = "where_none_is_installed_a_container_is_one";
    let (mut inner, address) = inner(test, data.path());
    let name = format!("spanwise-nats-{}-", inner.id());
    assert!(containers().unwrap().contains(&name), "{address}");
    inner.kill().unwrap();
    inner.wait().unwrap();
    eventually("its container is gone", || {
        !containers().unwrap().contains(&name)
    });
    eventually("its folder is gone", || is_empty(data.path()));
}

/// The names of all containers, where there is an engine that has the image.
fn containers() -> Option<String> {
    let said = |arguments: &[&str]| {
        let output = Command::new("docker").args(arguments).output().ok()?;
        output.status.success().then_some(output.stdout)
    };
    let compose = fs::read_to_string("../../docker-compose.yml").unwrap();
    let image = compose
        .lines()
        .find_map(|line| line.trim().strip_prefix("image: nats:"));
    said(&["image", "inspect", &format!("nats:{}", image.unwrap())])?;
    String::from_utf8(said(&["ps", "--all", "--format", "{{.Names}}"])?).ok()
}

/// Whether a server says that it has streams.
fn greets(address: &str) -> bool {
    let mut line = String::new();
    let greeting = TcpStream::connect(address).map(BufReader::new);
    greeting.unwrap().read_line(&mut line).unwrap();
    line.starts_with("INFO ") && line.contains(r#""jetstream":true"#)
}

#[test]
fn a_server_that_does_not_start_says_why() {
    if !testkit::need("nats", INSTALL, is_installed) {
        return;
    }
    let error = Broker::start_with(&["--no-such-option"]).unwrap_err();
    let StartError::Ended(said) = error else {
        panic!("{error}")
    };
    assert!(said.contains("no-such-option"), "{said}");
}
