//! Whoever kills a test of the course finds nothing of it afterwards: no process, no port, no file.
//! What it starts may be another runtime, or be stopped at that moment.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use author::{Input, bench};
use course::Exercise;
use rustix::process::{Pid, Signal, kill_process};

const WITHIN: Duration = Duration::from_secs(10);
/// Tests are fast: some may be over before they can be killed.
const TRIES: usize = 20;
/// By this variable all that a test starts is found again.
const MARK: &str = "SPANWISE_LEFTOVERS";

/// A process of the test.
#[derive(Debug)]
struct Process {
    folder: PathBuf,
    /// `T`: it is stopped.
    state: char,
}

/// All processes with that mark.
fn marked(mark: &str) -> Vec<Process> {
    let wanted = format!("{MARK}={mark}");
    let folders = fs::read_dir("/proc").unwrap().flatten();
    let is_ours = |folder: &Path| {
        let variables = fs::read(folder.join("environ")).unwrap_or_default();
        variables
            .split(|byte| *byte == 0)
            .any(|it| it == wanted.as_bytes())
    };
    folders
        .map(|folder| folder.path())
        .filter(|folder| is_ours(folder))
        .filter_map(|folder| {
            let stat = fs::read_to_string(folder.join("stat")).ok()?;
            let state = stat.rsplit_once(") ")?.1.chars().next()?;
            Some(Process { folder, state })
        })
        .collect()
}

/// The sockets in which they listen.
fn sockets(processes: &[Process]) -> BTreeSet<String> {
    let open = processes.iter().flat_map(|process| {
        let files = fs::read_dir(process.folder.join("fd"));
        files.into_iter().flatten().flatten()
    });
    let targets = open.filter_map(|file| fs::read_link(file.path()).ok());
    let inodes: BTreeSet<_> = targets
        .filter_map(|target| {
            let name = target.to_str()?.strip_prefix("socket:[")?;
            Some(name.trim_end_matches(']').to_owned())
        })
        .collect();
    listening().intersection(&inodes).cloned().collect()
}

/// The sockets of this machine in which somebody listens.
fn listening() -> BTreeSet<String> {
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let rows = table.lines().map(|row| row.split_whitespace());
    rows.filter_map(|mut row| {
        let state = row.nth(3)?;
        (state == "0A").then(|| row.nth(5).map(str::to_owned))?
    })
    .collect()
}

fn epmds() -> usize {
    let folders = fs::read_dir("/proc").unwrap().flatten();
    let names = folders.filter_map(|folder| fs::read_to_string(folder.path().join("comm")).ok());
    names.filter(|name| name.trim() == "epmd").count()
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + WITHIN;
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Whether a test is in its middle: all its services run, and one of them is stopped where it stops one.
fn is_in_the_middle(exercise: &Exercise, pauses: bool, services: &[Process]) -> bool {
    let expected = usize::try_from(exercise.settings.processes).unwrap();
    let stopped = services.iter().any(|process| process.state == 'T');
    services.len() >= expected && (stopped || !pauses)
}

/// All that the test has started.
fn services(mark: &str, test: &Child) -> Vec<Process> {
    let own = Path::new("/proc").join(test.id().to_string());
    let mut processes = marked(mark);
    processes.retain(|process| process.folder != own);
    processes
}

/// The test, with its mark and a folder for temporary files of its own.
fn started(test: &Path, exercise: &Exercise, mark: &str) -> Child {
    Command::new(test)
        .current_dir(&exercise.dir)
        .env(MARK, mark)
        .env("TMPDIR", env::temp_dir().join(mark))
        .env("WORKSHOP_OTLP", "off")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Starts the test and kills it in the middle: the sockets that were open then. None where it was over
/// before.
fn killed(test: &Path, exercise: &Exercise, pauses: bool, mark: &str) -> Option<BTreeSet<String>> {
    let mut child = started(test, exercise, mark);
    let signal = |child: &Child, signal| kill_process(Pid::from_child(child), signal).unwrap();
    let open = loop {
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        if !is_in_the_middle(exercise, pauses, &services(mark, &child)) {
            continue;
        }
        // It may have gone on meanwhile; from here it does not.
        signal(&child, Signal::STOP);
        let started = services(mark, &child);
        if is_in_the_middle(exercise, pauses, &started) {
            break sockets(&started);
        }
        signal(&child, Signal::CONT);
    };
    child.kill().unwrap();
    child.wait().unwrap();
    Some(open)
}

/// Whether it needs a component that nobody demands here.
fn may_be_skipped(exercise: &Exercise) -> bool {
    let required = env::var("WORKSHOP_REQUIRE").unwrap_or_default();
    let is_required = |need: &String| required.split(',').any(|name| name.trim() == need);
    !exercise.settings.needs.iter().all(is_required)
}

#[test]
fn a_test_that_is_killed_leaves_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let input = Input::load(&root.canonicalize().unwrap()).unwrap();
    let before = epmds();
    for exercise in &input.exercises {
        let test = bench::test_executable(&root, &exercise.solution_package()).unwrap();
        let tests = input.files_below(&exercise.dir.join("tests"), &[".rs"]);
        let pauses = tests
            .iter()
            .any(|file| fs::read_to_string(file).unwrap().contains(".pause("));
        let mark = format!("{}-{}", exercise.slug, std::process::id());
        let temporary = env::temp_dir().join(&mark);
        fs::create_dir(&temporary).unwrap();
        let open = (0..TRIES).find_map(|_| killed(&test, exercise, pauses, &mark));
        let Some(open) = open else {
            assert!(
                may_be_skipped(exercise),
                "{}: it was never in the middle",
                exercise.slug
            );
            eprintln!("skipped: {} needs what is not here", exercise.slug);
            fs::remove_dir_all(&temporary).unwrap();
            continue;
        };
        let what = |what: &str| format!("{}: {what}", exercise.slug);
        eventually(&what("its processes are gone"), || marked(&mark).is_empty());
        eventually(&what("its ports are free"), || {
            open.is_disjoint(&listening())
        });
        let is_empty = || fs::read_dir(&temporary).unwrap().next().is_none();
        if !is_empty() {
            // Where a binary has several tests, one of them may have had its folder and no process
            // any more. That folder goes with the next run.
            let mut again = started(&test, exercise, &mark);
            again.wait().unwrap();
        }
        eventually(&what("its files are gone"), is_empty);
        fs::remove_dir(&temporary).unwrap();
    }
    assert_eq!(epmds(), before, "no epmd is left");
}
