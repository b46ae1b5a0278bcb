//! What tracing costs a pipeline: the program beside chapter 19, compiled as a service would be.

use std::{fs, io};

use super::machine::{Machine, load};
use crate::{Finding, Input, bench};

const ABOVE: &str = "# What it costs to trace a pipeline

Written by `cargo author bench-pipeline`. There is nothing to do for an event, so what is measured is the \
way alone: bounded channels of tokio, on one thread. A span is counted when it ends and then thrown away; \
what an exporter costs comes on top, in a thread of its own. The ratios are worth more than the times.

";

/// Sends so many events through the pipeline in each way, prints the table, and writes
/// `docs/pipeline.md`.
///
/// # Errors
/// When the program does not compile, or misses an event or a span.
pub fn pipeline(input: &Input, events: u64) -> io::Result<Vec<Finding>> {
    let machine = Machine::now();
    let output = bench::cargo(input.layout.root())
        .args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "pipeline-cost",
            "--",
        ])
        .arg(events.to_string())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    let table = String::from_utf8_lossy(&output.stdout);
    let page = format!("{ABOVE}{table}\n{}\n", machine.measured(&load()));
    print!("{page}");
    fs::write(input.layout.root().join("docs/pipeline.md"), page)?;
    Ok(Vec::new())
}
