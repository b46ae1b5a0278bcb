//! The `author` command.

use std::{env, io, process::ExitCode};

use author::{
    Finding, Input, Tried,
    regen::{self, Mode},
    rules, runs, timings,
};
use clap::{Parser, Subcommand};

/// Looks after the course: its rules, what is generated, how fast it is.
#[derive(Parser)]
#[command(name = "cargo author", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say what breaks a rule of the course, where, and how to repair it
    Audit {
        /// Leave out the rules that compile and run
        #[arg(long)]
        quick: bool,
        /// The exercises, by slug; all without any
        exercises: Vec<String>,
    },
    /// Run starters and solutions and write what the book and the runner show of them
    Regen {
        /// Write nothing, say what is not fresh
        #[arg(long)]
        check: bool,
        /// The exercises, by slug; all without any
        exercises: Vec<String>,
    },
    /// Measure a fresh clone, and how long a verdict takes after a save; that of all is docs/loop.md
    Loop {
        /// Run the solutions' tests so often under full load instead, and report those that fail
        #[arg(long)]
        repeat: Option<usize>,
        /// The exercises, by slug; all without any
        exercises: Vec<String>,
    },
    /// Measure what tracing costs a pipeline, event by event; write docs/pipeline.md
    BenchPipeline {
        /// How many events go through it in each way
        #[arg(long, default_value_t = 1_000_000)]
        events: u64,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(findings) if findings.is_empty() => ExitCode::SUCCESS,
        Ok(findings) => {
            for finding in &findings {
                println!("{finding}");
            }
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("cargo author: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> io::Result<Vec<Finding>> {
    let here = env::current_dir()?;
    let layout = course::Layout::around(&here);
    let outside = || io::Error::other("run this inside of the course's checkout");
    let mut input = Input::load(layout.ok_or_else(outside)?.root()).map_err(io::Error::other)?;
    match command {
        Command::Audit { quick, exercises } => {
            input.only(&exercises)?;
            audit(&input, quick)
        }
        Command::Regen { check, exercises } => {
            input.only(&exercises)?;
            let mode = if check { Mode::Check } else { Mode::Write };
            regenerate(&input, mode)
        }
        Command::Loop { repeat, exercises } => {
            input.only(&exercises)?;
            match repeat {
                Some(times) => timings::repeat(&input, times),
                None => timings::measure(&input),
            }
        }
        Command::BenchPipeline { events } => timings::pipeline(&input, events),
    }
}

fn audit(input: &Input, quick: bool) -> io::Result<Vec<Finding>> {
    let mut findings = regen::starters(input, Mode::Check)?;
    findings.extend(rules::ALL.iter().flat_map(|rule| (rule.check)(input)));
    if quick {
        return Ok(findings);
    }
    for case in runs::cases(input) {
        findings.extend(told(&case.name(), case.check(input)?));
    }
    findings.extend(regen::documents(input, Mode::Check)?);
    Ok(findings)
}

fn regenerate(input: &Input, mode: Mode) -> io::Result<Vec<Finding>> {
    let mut findings = regen::starters(input, mode)?;
    for exercise in &input.exercises {
        findings.extend(told(
            &exercise.slug,
            regen::exercise(input, exercise, mode)?,
        ));
    }
    findings.extend(regen::documents(input, mode)?);
    Ok(findings)
}

/// Says what was tried, and what could not be.
fn told(name: &str, tried: Tried) -> Vec<Finding> {
    match &tried {
        Tried::Found(_) => eprintln!("{name}"),
        Tried::Skipped(missing) => eprintln!("{name}: {missing}"),
    }
    tried.findings()
}
