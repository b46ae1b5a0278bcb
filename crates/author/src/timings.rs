//! How fast the course is: from a fresh clone to the first verdict, from a save to the next one, and
//! whether a test passes every time.

mod compiles;
mod machine;
mod pipeline;
mod repeat;
mod saves;
mod session;
mod table;

use std::{fs, io};

use crate::{Finding, Input};

pub use pipeline::pipeline;
pub use repeat::repeat;

/// Measures a fresh clone and every save, and prints the table. That of the whole course is
/// written to `docs/loop.md`.
///
/// # Errors
/// When the clone cannot be made or the runner does not answer in time.
pub fn measure(input: &Input) -> io::Result<Vec<Finding>> {
    let machine = machine::Machine::now();
    let mut rows = Vec::new();
    let clone = session::Clone::of(input)?;
    let course = course::load_all(&clone.layout.exercises()).map_err(io::Error::other)?;
    rows.extend(saves::first_verdict(&clone)?);
    for exercise in &input.exercises {
        let before = course.iter().filter(|it| it.number < exercise.number);
        clone.has_solved(before)?;
        rows.push(saves::after_a_save(&clone, exercise)?);
    }
    let compiles = input.exercises.iter();
    let compiles = compiles.map(|exercise| compiles::of(&clone, exercise));
    let compiles = compiles.collect::<io::Result<Vec<_>>>()?;
    let table = table::markdown(&rows, &compiles, &machine);
    print!("{table}");
    if input.exercises.len() == course.len() {
        fs::write(input.layout.root().join("docs/loop.md"), table)?;
    }
    Ok(Vec::new())
}
