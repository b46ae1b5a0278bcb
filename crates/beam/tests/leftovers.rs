//! A node ends with whoever started it, and leaves nothing behind.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use beam::{Erlang, INSTALL, is_installed};

/// Says that this process is the one that starts a node and is killed.
const INNER: &str = "BEAM_INNER";
const WITHIN: Duration = Duration::from_secs(10);

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + WITHIN;
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The command lines of all processes of this machine.
fn processes() -> Vec<String> {
    let folders = fs::read_dir("/proc").unwrap().flatten();
    let lines = folders.filter_map(|folder| fs::read(folder.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .collect()
}

fn running(name: &str) -> usize {
    processes()
        .iter()
        .filter(|line| line.contains(name))
        .count()
}

fn epmds() -> usize {
    processes()
        .iter()
        .filter(|line| line.contains("epmd -"))
        .count()
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

#[test]
fn a_node_goes_with_its_owner_whether_it_is_dropped_or_killed() {
    if env::var_os(INNER).is_some() {
        let name = format!("leftover{}@127.0.0.1", std::process::id());
        let node = Erlang::start(&name, "secret", &[], "ok").unwrap();
        println!("inner {} {}", node.id(), node.port());
        thread::park();
        return;
    }
    if !testkit::need("erlang", INSTALL, is_installed) {
        return;
    }
    let before = epmds();
    dropped();
    killed();
    assert_eq!(epmds(), before, "no epmd is started");
}

fn dropped() {
    let name = format!("dropped{}@127.0.0.1", std::process::id());
    let node = Erlang::start(&name, "secret", &[], "ok").unwrap();
    let port = node.port();
    assert!(running(&name) > 0 && !is_free(port));
    drop(node);
    eventually("its processes are gone", || running(&name) == 0);
    eventually("its port is free", || is_free(port));
}

fn killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut owner = Command::new(env::current_exe().unwrap())
        .args(["a_node_goes_with_its_owner_whether_it_is_dropped_or_killed"])
        .args(["--exact", "--nocapture"])
        .env(INNER, "1")
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let started = lines.map(Result::unwrap).find_map(|line| {
        let (_, numbers) = line.split_once("inner ")?;
        let (id, port) = numbers.split_once(' ')?;
        Some((id.to_owned(), port.parse::<u16>().unwrap()))
    });
    let (id, port) = started.unwrap();
    let name = format!("leftover{}@127.0.0.1", owner.id());
    assert!(running(&name) > 0 && !is_free(port));
    owner.kill().unwrap();
    owner.wait().unwrap();
    eventually("the node is gone", || {
        !fs::exists(format!("/proc/{id}")).unwrap()
    });
    eventually("its processes are gone", || running(&name) == 0);
    eventually("its port is free", || is_free(port));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}
