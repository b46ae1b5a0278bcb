//! `course-book`: builds, serves and checks the book.

use std::{
    env, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use course::Layout;
use course_book::{Course, Problem, build, check, preprocess, serve};

/// The book of the course.
#[derive(Parser)]
#[command(name = "course-book", version)]
struct Arguments {
    /// The checkout; by default the one around the current folder.
    #[arg(long, global = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the pages.
    Build {
        /// Where to; by default book/book.
        #[arg(long)]
        dest: Option<PathBuf>,
    },
    /// Serve the pages on loopback and build them again when a chapter changes.
    Serve {
        /// The port; 0 for any that is free.
        #[arg(long, default_value_t = 3000)]
        port: u16,
        /// End when standard input closes, so that nothing outlives the parent.
        #[arg(long)]
        until_stdin_closes: bool,
    },
    /// Name everything that would mislead a reader.
    Check,
    /// Stand in as mdBook's preprocessor.
    Preprocess {
        #[command(subcommand)]
        question: Option<Question>,
    },
}

#[derive(Subcommand)]
enum Question {
    /// Whether this preprocessor is meant for a renderer: exit code 0 if so.
    Supports {
        /// The renderer's name.
        renderer: String,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("course-book: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    if let Command::Preprocess { question } = arguments.command {
        return match question {
            Some(Question::Supports { renderer }) => {
                Ok(ExitCode::from(u8::from(renderer != "html")))
            }
            None => preprocess(io::stdin(), io::stdout()).map(|()| ExitCode::SUCCESS),
        };
    }
    let root = root(arguments.root.as_deref())?;
    match arguments.command {
        Command::Build { dest } => {
            let dest = dest.unwrap_or_else(|| root.join("book/book"));
            let dest = std::path::absolute(dest).context("cannot say where to build to")?;
            Ok(tell(&build(&root, &dest)?))
        }
        Command::Serve {
            port,
            until_stdin_closes,
        } => {
            serve(&root, port, until_stdin_closes)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Check => Ok(tell(&check(&Course::load(&root)))),
        Command::Preprocess { .. } => Ok(ExitCode::SUCCESS),
    }
}

fn root(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(root) = given {
        return root
            .canonicalize()
            .with_context(|| format!("there is no {}", root.display()));
    }
    let here = env::current_dir().context("cannot say where this is")?;
    let layout = Layout::around(&here).context("run this inside a checkout of the course")?;
    Ok(layout.root().to_owned())
}

/// Prints each problem; exit code 1 if there is one.
fn tell(problems: &[Problem]) -> ExitCode {
    for problem in problems {
        eprintln!("{problem}");
    }
    ExitCode::from(u8::from(!problems.is_empty()))
}
