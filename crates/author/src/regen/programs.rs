//! Programs that print a table for the book: the examples of a solution, and what stands beside it.

use std::{fs, io};

use course::Exercise;

use super::{Mode, stale, write_whole};
use crate::{Finding, Input, bench};

/// With this code a program says that a component is missing.
const SKIPPED: i32 = 3;

/// `name` prints what becomes `book/generated/name.md`.
pub(super) struct Program {
    pub(super) name: String,
    arguments: Vec<String>,
}

/// The programs of an exercise.
pub(super) fn programs(input: &Input, exercise: &Exercise) -> Vec<Program> {
    let package = exercise.solution_package();
    let examples = input.files_below(&input.solution(exercise).join("examples"), &[".rs"]);
    let examples = examples.into_iter().map(|example| {
        let name = example.file_stem().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let arguments = ["--package", &package, "--example", &name];
        Program {
            arguments: arguments.map(str::to_owned).to_vec(),
            name,
        }
    });
    let asides = exercise.settings.asides.iter().map(|name| Program {
        name: name.clone(),
        arguments: vec!["--package".to_owned(), name.clone()],
    });
    examples.chain(asides).collect()
}

impl Program {
    /// What it prints; where a component is missing, what it says of that.
    ///
    /// # Errors
    /// When it fails.
    pub(super) fn output(&self, input: &Input) -> io::Result<Result<String, String>> {
        let output = bench::cargo(input.layout.root())
            .args(["run", "--quiet"])
            .args(&self.arguments)
            .output()?;
        if output.status.success() {
            return Ok(Ok(String::from_utf8_lossy(&output.stdout).into_owned()));
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if output.status.code() == Some(SKIPPED) {
            return Ok(Err(said));
        }
        Err(io::Error::other(format!("{}:\n{said}", self.name)))
    }

    pub(super) fn refresh(
        &self,
        input: &Input,
        fresh: &str,
        mode: Mode,
    ) -> io::Result<Option<Finding>> {
        let generated = input.layout.book().join("generated");
        let path = generated.join(format!("{}.md", self.name));
        if fs::read_to_string(&path).is_ok_and(|text| text == fresh) {
            return Ok(None);
        }
        match mode {
            Mode::Write => write_whole(&path, fresh).map(|()| None),
            Mode::Check => {
                let what = "the program prints another table";
                Ok(Some(stale(input.relative(&path), what)))
            }
        }
    }
}
