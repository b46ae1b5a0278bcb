//! A browser is there while its owner is, and nothing of it afterwards.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use browser::{Browser, INSTALL, PROGRAM, is_installed};

/// Says that this process is the one that starts a browser and is killed.
const INNER: &str = "BROWSER_INNER";
const WITHIN: Duration = Duration::from_secs(15);

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + WITHIN;
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The processes that have this folder in their command line.
fn processes(folder: &Path) -> usize {
    let folder = folder.to_str().unwrap();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
        .filter(|line| String::from_utf8_lossy(line).contains(folder))
        .count()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

/// This test again in a process of its own, whose folder for temporary files is this one.
fn again(folder: &Path, role: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "--nocapture", "a_browser_goes_with_its_owner"])
        .env(INNER, role)
        .env("TMPDIR", folder)
        .stdout(Stdio::piped());
    command
}

#[test]
fn a_browser_goes_with_its_owner() {
    if let Ok(role) = env::var(INNER) {
        let browser = Browser::start().map_err(|error| println!("no browser: {error}"));
        let page = browser.map(|browser| browser.visitor().unwrap().tab().unwrap());
        println!("inner {}", page.is_ok());
        if role == "killed" {
            thread::park();
        }
        return;
    }
    if !testkit::need("chromium", INSTALL, is_installed) {
        return;
    }
    dropped();
    killed();
    broken();
}

fn dropped() {
    let folder = tempfile::tempdir().unwrap();
    let output = again(folder.path(), "dropped").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("inner true"));
    assert_eq!(processes(folder.path()), 0, "it is waited for");
    assert!(is_empty(folder.path()), "its profile is gone");
}

/// A process that runs a browser is killed, and has no time to give anything back.
fn killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut inner = again(folder.path(), "killed").spawn().unwrap();
    let mut lines = BufReader::new(inner.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("inner true")));
    assert!(processes(folder.path()) > 2);
    inner.kill().unwrap();
    inner.wait().unwrap();
    eventually("its processes are gone", || processes(folder.path()) == 0);
    eventually("its profile is gone", || is_empty(folder.path()));
}

/// A program that is no browser says what it has to say, and leaves nothing either.
fn broken() {
    let folder = tempfile::tempdir().unwrap();
    let program = env::current_exe().unwrap();
    let output = again(folder.path(), "broken")
        .env(PROGRAM, program)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("no browser: the browser has ended: error:"),
        "{said}"
    );
    assert!(is_empty(folder.path()));
}
