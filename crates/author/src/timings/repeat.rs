//! The same test again and again, while the machine has more to do than it can.

use std::{
    io,
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crate::{Finding, Input, bench::test_executable};
use course::Exercise;

/// Runs the tests of each solution `times` times under full load; a finding for each that failed.
///
/// # Errors
/// When a test cannot be compiled or started.
pub fn repeat(input: &Input, times: usize) -> io::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for exercise in &input.exercises {
        let test = test_executable(input.layout.root(), &exercise.solution_package())?;
        let folder = input.solution(exercise);
        let needed = exercise.settings.needs.join(",");
        let failures = under_load(|| run(&test, &folder, &needed, times))?;
        println!(
            "{}: {} of {times} runs failed",
            exercise.slug,
            failures.len()
        );
        findings.extend(flake(input, exercise, times, &failures));
    }
    Ok(findings)
}

fn flake(input: &Input, exercise: &Exercise, times: usize, failures: &[String]) -> Option<Finding> {
    let first = failures.first()?;
    let what = format!(
        "{} of {times} runs under load failed, the first one with:\n{first}",
        failures.len()
    );
    let path = input.relative(&exercise.dir.join("tests/verify.rs"));
    Some(Finding::in_file(
        path,
        what,
        "wait for what happens, not for time",
    ))
}

/// What the failed runs printed.
fn run(test: &Path, folder: &Path, needed: &str, times: usize) -> io::Result<Vec<String>> {
    let mut failures = Vec::new();
    for _ in 0..times {
        let output = Command::new(test)
            .current_dir(folder)
            .env("NO_COLOR", "1")
            .env("WORKSHOP_OTLP", "off")
            // A run that was skipped proves nothing.
            .env("WORKSHOP_REQUIRE", needed)
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            failures.push(String::from_utf8_lossy(&output.stdout).into_owned());
        }
    }
    Ok(failures)
}

/// Runs `work` beside two busy threads for each core.
fn under_load<T>(work: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..2 * cores {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let result = work();
        over.store(true, Ordering::Relaxed);
        result
    })
}
