//! What goes wrong on learners' machines: a clear message, and nothing of theirs is lost.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

mod common;

use std::fs;

use common::{Course, RIGHT, WRONG};

#[test]
fn deleted_and_emptied_files_are_named_and_come_back() {
    for file in ["src/lib.rs", "tests/verify.rs", "exercise.toml"] {
        for emptied in [false, true] {
            let course = Course::new();
            course.save(RIGHT);
            let path = course.path("exercises/01_one").join(file);
            match emptied {
                true => fs::write(&path, "").unwrap(),
                false => fs::remove_file(&path).unwrap(),
            }
            let ran = course.run(&["check", "one"]);
            assert_ne!(ran.code, 0, "{file}: {}", ran.out);
            let said = ran.out + &ran.err;
            assert!(
                said.contains(file) && said.contains("cargo workshop reset one"),
                "{said}"
            );
            assert!(!course.is_solved("one"));
            // The other exercise is not concerned.
            assert_eq!(course.verdict("two-words"), (1, "failed".to_owned()));
            assert_eq!(course.run(&["reset", "one"]).code, 0);
            assert_eq!(course.verdict("one"), (1, "failed".to_owned()));
        }
    }
}

#[test]
fn a_folder_that_is_gone_comes_back() {
    let course = Course::new();
    fs::remove_dir_all(course.path("exercises/01_one")).unwrap();
    let ran = course.run(&["list"]);
    assert!(ran.out.contains("exercises/01_one is gone"), "{}", ran.out);
    let ran = course.run(&["check", "one"]);
    assert!(
        ran.code == 2 && ran.err.contains("cargo workshop reset one"),
        "{}",
        ran.err
    );
    assert_eq!(course.run(&["reset", "one"]).code, 0);
    assert_eq!(course.read("exercises/01_one/src/lib.rs"), WRONG);
}

#[test]
fn code_that_does_not_compile_shows_the_compilers_words() {
    let course = Course::new();
    for (code, says) in [
        ("pub fn answer( {", "error"),
        (
            "pub fn answer() -> u32 { 42 }\nfn main() {}\nfn main() {}\n",
            "`main`",
        ),
        ("pub fn answer() -> u32 { missing }\n", "missing"),
    ] {
        course.save(code);
        let ran = course.run(&["check", "one"]);
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        assert!(
            ran.out.contains("does not compile") && ran.out.contains(says),
            "{}",
            ran.out
        );
        assert!(ran.out.contains("src/lib.rs:"), "{}", ran.out);
        assert_eq!(course.verdict("one"), (1, "compile-error".to_owned()));
    }
}

#[test]
fn a_removed_or_changed_test_never_counts() {
    let course = Course::new();
    course.save(RIGHT);
    let test = "exercises/01_one/tests/verify.rs";
    let original = course.read(test);
    for changed in [
        "#[test]\nfn fine() {}\n".to_owned(),
        "// none\n".to_owned(),
        original.clone() + "\n// x\n",
    ] {
        course.write(test, &changed);
        let ran = course.run(&["check", "one"]);
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        assert!(
            ran.out.contains("was changed") && ran.out.contains("--keep-src"),
            "{}",
            ran.out
        );
        assert!(!course.is_solved("one"));
    }
    assert_eq!(course.run(&["reset", "one", "--keep-src"]).code, 0);
    assert_eq!(course.read(test), original);
    assert_eq!(course.verdict("one"), (0, "passed".to_owned()));
}

#[test]
fn code_that_never_ends_or_ends_too_soon_gets_a_verdict() {
    let course = Course::new();
    course.save("pub fn answer() -> u32 { std::process::abort() }\n");
    let ran = course.run(&["check", "one"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("left no record"), "{}", ran.out);
    assert_eq!(course.verdict("one").1, "panicked");
    course.save("pub fn answer() -> u32 { std::process::exit(0) }\n");
    assert_eq!(course.verdict("one"), (1, "panicked".to_owned()));
    course.save("pub fn answer() -> u32 { loop { std::hint::spin_loop() } }\n");
    assert_eq!(course.verdict("one"), (1, "timeout".to_owned()));
}

#[test]
fn a_corrupt_progress_file_is_kept() {
    let course = Course::new();
    course.write(".workshop/progress.json", "{\"schema\":1,\"solv");
    let ran = course.run(&["list"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("is kept as"), "{}", ran.out);
    let kept = common::content(&course.path(".workshop"));
    assert!(kept.iter().any(|(_, text)| text == b"{\"schema\":1,\"solv"));
}

/// Permissions do not bind root, so the state folder is a file here: no user can write below it.
#[test]
fn a_state_folder_that_cannot_be_written_is_told() {
    let course = Course::new();
    course.save(RIGHT);
    course.write(".workshop", "");
    let ran = course.run(&["check", "one"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(
        ran.err.contains(".workshop") && ran.err.contains("To do"),
        "{}",
        ran.err
    );
    assert_eq!(course.read("exercises/01_one/src/lib.rs"), RIGHT);
    let doctor = course.run(&["doctor"]);
    assert_eq!(doctor.code, 1);
    assert!(doctor.out.contains("✗ Writing"), "{}", doctor.out);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_progress_stays() {
    let course = Course::new();
    course.save(RIGHT);
    assert_eq!(course.verdict("one").0, 0);
    let before = course.read(".workshop/progress.json");
    // Every write to /dev/full fails as on a full disk.
    let draft = course.path(".workshop/progress.json.new");
    std::os::unix::fs::symlink("/dev/full", draft).unwrap();
    course.write("exercises/02_two_words/src/lib.rs", RIGHT);
    let ran = course.run(&["check", "two-words"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("disk is full"), "{}", ran.err);
    assert_eq!(course.read(".workshop/progress.json"), before);
    assert_eq!(course.run(&["check", "one", "--json", "/dev/full"]).code, 2);
}

#[test]
fn a_moved_clone_goes_on() {
    let course = Course::new();
    course.save(RIGHT);
    assert_eq!(course.verdict("one").0, 0);
    let moved = course.root().with_file_name("elsewhere");
    fs::rename(course.root(), &moved).unwrap();
    let mut command = course.command_in(&moved, &["check", "--all"]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("01 one") && said.contains("passed"), "{said}");
}

#[test]
fn outside_of_a_checkout_says_so() {
    let course = Course::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = course.command_in(elsewhere.path(), &["list"]);
    command.env_remove("CARGO_MANIFEST_DIR");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not inside a checkout"));
}
