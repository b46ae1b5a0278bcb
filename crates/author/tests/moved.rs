//! The real course in a folder with spaces and umlauts, without a network, moved in between.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const EXERCISE: &str = "01_first_waterfall";

#[test]
fn a_moved_clone_goes_on_without_a_network() {
    let folder = tempfile::tempdir().unwrap();
    let before = folder.path().join("Kurs mit Ümläuten");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    copy(&root.canonicalize().unwrap(), &before);
    // Whatever the exercise in this checkout holds by now.
    let ran = workshop(&before, &["reset", EXERCISE]);
    assert!(ran.status.success(), "{}", errors(&ran));

    let ran = workshop(&before, &["check", EXERCISE]);
    let said = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(1), "{said}{}", errors(&ran));
    assert!(said.contains("missing-span"), "{said}");
    assert!(said.contains("exercises/01_first_waterfall/src/lib.rs:"));

    let after = folder.path().join("elsewhere");
    fs::rename(&before, &after).unwrap();
    let solution = after.join("solutions").join(EXERCISE).join("src/lib.rs");
    fs::copy(solution, source(&after)).unwrap();
    let ran = workshop(&after, &["check", EXERCISE]);
    assert_eq!(ran.status.code(), Some(0), "{}", errors(&ran));
    let progress = fs::read_to_string(after.join(".workshop/progress.json")).unwrap();
    assert!(progress.contains("first-waterfall"), "{progress}");
}

/// The learner's own file.
fn source(root: &Path) -> PathBuf {
    root.join("exercises").join(EXERCISE).join("src/lib.rs")
}

/// `cargo workshop`, with a target folder of its own: the one that is in use stays as it is.
fn workshop(root: &Path, arguments: &[&str]) -> Output {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moved");
    let mut command = Command::new(env!("CARGO"));
    let own = |name: &str| name.starts_with("CARGO_") || name.starts_with("WORKSHOP_");
    for (name, _) in std::env::vars().filter(|(name, _)| own(name) && name != "CARGO_HOME") {
        command.env_remove(name);
    }
    command
        .arg("workshop")
        .args(arguments)
        .current_dir(root)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_NET_OFFLINE", "true")
        .env("WORKSHOP_OTLP", "off")
        .env("NO_COLOR", "1");
    command.output().unwrap()
}

fn errors(ran: &Output) -> String {
    String::from_utf8_lossy(&ran.stderr).into_owned()
}

/// What belongs to the course, without what is made from it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (name, path) = (entry.file_name(), entry.path());
        match entry.file_type().unwrap() {
            _ if name == "target" || name == ".git" || name == ".workshop" => {}
            kind if kind.is_dir() => copy(&path, &to.join(name)),
            kind if kind.is_file() => drop(fs::copy(&path, to.join(name)).unwrap()),
            _ => {}
        }
    }
}
