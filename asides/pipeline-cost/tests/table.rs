//! Every way through the pipeline ends with all events and exactly the spans that it should have.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Output};

fn printed(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pipeline-cost"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn each_way_has_its_row() {
    let output = printed(&["1000"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // The program counts events and spans itself, and fails where one is missing.
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let rows = said.lines().filter(|line| line.contains(" µs | "));
    assert_eq!(rows.count(), 6, "{said}");
    assert!(said.contains("| 1.0 |"), "a ratio to the plain one: {said}");
}

#[test]
fn what_is_no_way_is_refused() {
    assert!(!printed(&["1000", "sideways"]).status.success());
}
