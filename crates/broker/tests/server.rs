//! A server is there while its owner is, and nothing of it afterwards.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    process::{Command, Stdio},
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
    let mut inner = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("a_server_goes_with_its_owner_whether_it_is_dropped_or_killed")
        .env(INNER, "1")
        .env("TMPDIR", data.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(inner.stdout.take().unwrap()).lines();
    let told = |line: String| Some(line.split_once("inner ")?.1.to_owned());
    let address = lines.map_while(Result::ok).find_map(told).unwrap();
    let folder = data.path().to_str().unwrap();
    assert!(servers(folder) > 0);
    inner.kill().unwrap();
    inner.wait().unwrap();
    eventually("its port is free", || is_gone(&address));
    eventually("its processes are gone", || servers(folder) == 0);
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
