//! What an exercise costs that brings crates of its own: compiled once, when a learner comes to it.

use std::{io, time::Instant};

use course::Exercise;

use super::{session::Clone, table::Compiled};

/// Compiles an exercise's test where those before it are compiled.
pub(super) fn of(clone: &Clone, exercise: &Exercise) -> io::Result<Compiled> {
    let began = Instant::now();
    let output = clone
        .command()
        .env("CARGO_TARGET_DIR", clone.root().join("target/in-order"))
        .env("CARGO_NET_OFFLINE", "true")
        .args(["test", "--no-run", "--test", "verify", "--package"])
        .arg(&exercise.slug)
        .output()?;
    let took = began.elapsed();
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(io::Error::other(format!("{}:\n{said}", exercise.slug)));
    }
    let begun = said
        .lines()
        .filter(|line| line.trim().starts_with("Compiling "));
    Ok(Compiled {
        exercise: exercise.slug.clone(),
        packages: begun.count(),
        took,
    })
}
