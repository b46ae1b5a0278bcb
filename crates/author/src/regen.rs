//! Writes what is generated: the runs that the book shows, and the blocks in other documents.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use course::Exercise;
use trace_shape::Report;
use trace_view::{Links, Style, text};
use workshop::{Subject, starters};

use crate::{Finding, Input, Tried, bench};

mod block;
mod normal;
mod programs;
mod structure;

use normal::Normal;
use programs::programs;

/// How wide a report is that a page shows.
const STYLE: Style = Style {
    colour: false,
    width: 96,
};

/// Whether files are written, or only looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write what is not fresh.
    Write,
    /// Say what is not fresh.
    Check,
}

/// Regenerates, or checks, what runs of one exercise leave in the book. Where a component is missing,
/// all stays as it is.
///
/// # Errors
/// When a test cannot be run or a file cannot be written.
pub fn exercise(input: &Input, exercise: &Exercise, mode: Mode) -> io::Result<Tried> {
    let verify = fs::read_to_string(exercise.dir.join("tests/verify.rs"))?;
    let starter = bench::starter(input, exercise)?;
    let mut findings = Vec::new();
    for (name, subject) in [
        ("failing", Subject::With(starter.path().to_owned())),
        ("solved", Subject::Solution),
    ] {
        let outcome = bench::check(input, exercise, &subject)?;
        if let Some(missing) = outcome.missing() {
            return Ok(Tried::Skipped(missing));
        }
        let run = bench::most_telling(&outcome, &verify)?;
        let files = Files::of(input, &exercise.slug, name);
        let now = normal::normalise(
            &format!("{}/{name}", exercise.slug),
            &run,
            input.layout.root(),
        )?;
        findings.extend(files.refresh(input, exercise, &now, mode)?);
    }
    for program in programs(input, exercise) {
        match program.output(input)? {
            Ok(fresh) => findings.extend(program.refresh(input, &fresh, mode)?),
            Err(missing) if findings.is_empty() => return Ok(Tried::Skipped(missing)),
            Err(_) => {}
        }
    }
    Ok(Tried::Found(findings))
}

/// Writes, or checks, the starters by which the runner knows what a learner has changed. A learner's
/// checkout is not fresh in this sense, and need not be.
///
/// # Errors
/// When an exercise cannot be read or the file cannot be written.
pub fn starters(input: &Input, mode: Mode) -> io::Result<Vec<Finding>> {
    let collected = starters::collect(input.layout.root()).map_err(io::Error::other)?;
    let fresh = starters::to_text(&collected).map_err(io::Error::other)?;
    let path = input.layout.root().join(starters::PATH);
    if fs::read_to_string(&path).is_ok_and(|text| text == fresh) {
        return Ok(Vec::new());
    }
    match mode {
        Mode::Write => write_whole(&path, &fresh).map(|()| Vec::new()),
        Mode::Check => Ok(vec![stale(
            starters::PATH.into(),
            "an exercise differs from its starter",
        )]),
    }
}

/// Regenerates, or checks, the blocks in documents that show what other files hold.
///
/// # Errors
/// When a document cannot be read or written.
pub fn documents(input: &Input, mode: Mode) -> io::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for name in ["README.md", "CONTRIBUTING.md"] {
        let path = input.layout.root().join(name);
        let text = fs::read_to_string(&path)?;
        let fresh = block::fill(&text, |wanted| content(input, wanted))?;
        if fresh == text {
            continue;
        }
        match mode {
            Mode::Write => write_whole(&path, &fresh)?,
            Mode::Check => findings.push(stale(name.into(), "a generated block is not fresh")),
        }
    }
    Ok(findings)
}

/// What a block of that name holds.
fn content(input: &Input, wanted: &str) -> Option<String> {
    let (what, slug) = wanted.split_once(' ')?;
    let shown = Files::of(input, slug, "failing").text;
    match what {
        "report" => Some(format!("```text\n{}```\n", fs::read_to_string(shown).ok()?)),
        _ => None,
    }
}

fn stale(path: PathBuf, what: impl Into<String>) -> Finding {
    Finding::in_file(path, what, "cargo author regen")
}

/// The files that hold one run.
struct Files {
    report: PathBuf,
    otlp: PathBuf,
    text: PathBuf,
}

impl Files {
    fn of(input: &Input, slug: &str, name: &str) -> Self {
        let folder = input.layout.book().join("generated").join(slug);
        let file = |ending: &str| folder.join(format!("{name}.{ending}"));
        Self {
            report: file("json"),
            otlp: file("otlp.json"),
            text: file("txt"),
        }
    }

    fn committed(&self) -> Option<Normal> {
        let read = |path: &Path| serde_json::from_str(&fs::read_to_string(path).ok()?).ok();
        Some(Normal {
            report: read(&self.report)?,
            otlp: read(&self.otlp)?,
        })
    }

    /// Keeps what is committed while it says the same: times alone are no reason for a change.
    fn refresh(
        &self,
        input: &Input,
        exercise: &Exercise,
        now: &Normal,
        mode: Mode,
    ) -> io::Result<Vec<Finding>> {
        let committed = self.committed();
        let difference = match &committed {
            Some(committed) => {
                structure::difference(&structure::of(committed), &structure::of(now))
            }
            None => Some("it is not there".to_owned()),
        };
        let run = match (&committed, &difference) {
            (Some(committed), None) => committed,
            _ => now,
        };
        let report = rendered(exercise, run)?;
        let fresh_text = fs::read_to_string(&self.text).is_ok_and(|text| text == report);
        match mode {
            Mode::Write => {
                if difference.is_some() {
                    write_json(&self.report, &run.report)?;
                    write_json(&self.otlp, &run.otlp)?;
                }
                if !fresh_text {
                    write_whole(&self.text, &report)?;
                }
                Ok(Vec::new())
            }
            Mode::Check => {
                let of_run = difference.map(|why| stale(input.relative(&self.report), why));
                let of_text = (!fresh_text)
                    .then(|| stale(input.relative(&self.text), "is not what the run prints"));
                Ok(of_run.into_iter().chain(of_text).collect())
            }
        }
    }
}

/// The report as a learner's terminal shows it.
fn rendered(exercise: &Exercise, run: &Normal) -> io::Result<String> {
    let report: Report = serde_json::from_value(run.report.clone())?;
    let heading = format!(
        "{} {} · {}",
        exercise.number, exercise.slug, exercise.settings.title
    );
    let links = Links {
        book: "http://127.0.0.1:3000".to_owned(),
        web: "http://127.0.0.1:16686".to_owned(),
    };
    let printed = text::report(&heading, &report, &links, &STYLE);
    let mut trimmed = String::new();
    for line in printed.trim_end().lines() {
        let _infallible = writeln!(trimmed, "{}", line.trim_end());
    }
    Ok(trimmed)
}

fn write_json(path: &Path, json: &serde_json::Value) -> io::Result<()> {
    write_whole(path, &format!("{}\n", serde_json::to_string_pretty(json)?))
}

/// Writes a file, whole or not at all.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension("new");
    fs::write(&draft, text)?;
    fs::rename(draft, path)
}
