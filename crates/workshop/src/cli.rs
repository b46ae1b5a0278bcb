//! The arguments of `cargo workshop`, and what each leads to.

use std::{io, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand, error::ErrorKind};

use crate::{Problem, commands, report, room::Room, shortcut::record, watch};

/// How a command ended: its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// 0: passed, or done.
    Passed,
    /// 1: not passed yet.
    NotYet,
}

/// Distributed tracing in Rust, learned by repairing traces.
///
/// Without a command it watches: it checks your current exercise at each save, with the trace
/// viewer and the book beside it.
#[derive(Debug, Parser)]
#[command(name = "cargo workshop", bin_name = "cargo workshop", version)]
#[command(
    after_help = "An EXERCISE is named by its number, its name, or the beginning of it.\n\
    Exit codes: 0 passed, 1 not passed yet, 2 the command could not do its job.\n\
    Environment: WORKSHOP_BOOK_PORT (3000), WORKSHOP_VIEWER (http://127.0.0.1:16686),\n\
    WORKSHOP_OTLP (where traces are sent, or off), NO_COLOR, COLUMNS."
)]
struct Arguments {
    /// One verdict on the current exercise, without watching.
    #[arg(long)]
    once: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows all exercises and which are solved.
    List,
    /// Gives a verdict on exercises (the current one where none is named).
    Check(Check),
    /// Shows one hint more: a nudge, the API, the shape of the answer.
    Hint {
        /// Which exercise.
        exercise: String,
    },
    /// Explains a diagnosis code such as lost-context.
    Explain {
        /// The code.
        code: String,
    },
    /// Shows your last trace beside the reference, here and in the viewer.
    Compare {
        /// Which exercise.
        exercise: String,
    },
    /// Brings an exercise back as it was; your version is saved first.
    Reset {
        /// Which exercise.
        exercise: String,
        /// Leave src/ as it is: only the test and the settings come back.
        #[arg(long)]
        keep_src: bool,
    },
    /// Shows where the solution is and how yours differs.
    Solution {
        /// Which exercise.
        exercise: String,
    },
    /// Opens the chapter and the last trace in a browser.
    Open {
        /// Which exercise.
        exercise: String,
    },
    /// Holds traces of any service against a shape.
    Judge(Judge),
    /// Runs the trace viewer and its receivers until you end it.
    Lab,
    /// Looks at what the workshop stands on, and says what to do.
    Doctor,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Which exercises.
    pub(crate) exercises: Vec<String>,
    /// Every exercise.
    #[arg(long, conflicts_with = "exercises")]
    pub(crate) all: bool,
    /// Checks this file in the place of src/lib.rs, or this folder laid over the exercise.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["all", "solution"])]
    pub(crate) with: Option<PathBuf>,
    /// Checks the reference solution.
    #[arg(long)]
    pub(crate) solution: bool,
    #[command(flatten)]
    pub(crate) machine: Machine,
    /// Writes the result as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
}

/// Where the machine's report goes.
#[derive(Debug, Args)]
pub(crate) struct Machine {
    /// Writes the result as JSON; with - to standard output, and nothing else there.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

impl Machine {
    /// Whether standard output is for JSON alone.
    pub(crate) fn takes_stdout(&self) -> bool {
        self.json
            .as_ref()
            .is_some_and(|path| path.as_os_str() == "-")
    }
}

/// Arguments of `judge`.
#[derive(Debug, Args)]
pub(crate) struct Judge {
    /// The shape that the trace must have.
    pub(crate) shape: PathBuf,
    /// Traces as OTLP JSON; with - from standard input.
    #[arg(required = true)]
    pub(crate) traces: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) machine: Machine,
}

/// Reads the arguments and does what they say.
#[must_use]
pub fn main() -> ExitCode {
    if let Some(ended) = record::if_asked() {
        return ended;
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    match run(arguments) {
        Ok(End::Passed) => ExitCode::SUCCESS,
        Ok(End::NotYet) => ExitCode::from(1),
        Err(problem) => {
            eprint!("{}", report::text::problem(&problem));
            ExitCode::from(2)
        }
    }
}

fn usage(error: &clap::Error) -> ExitCode {
    // A reader that has gone, as in `… --help | head`, is no error.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}

fn run(arguments: Arguments) -> Result<End, Problem> {
    let Some(command) = arguments.command else {
        let room = Room::open()?;
        return match arguments.once {
            true => commands::check::once(&room),
            false => watch::watch(room),
        };
    };
    match command {
        Command::Explain { code } => commands::explain::explain(&code),
        Command::Judge(judge) => commands::judge::judge(&judge),
        command => in_room(&Room::open()?, command),
    }
}

fn in_room(room: &Room, command: Command) -> Result<End, Problem> {
    match command {
        Command::List => commands::list::list(room),
        Command::Check(check) => commands::check::check(room, &check),
        Command::Hint { exercise } => commands::hint::hint(room, &exercise),
        Command::Compare { exercise } => commands::compare::compare(room, &exercise),
        Command::Reset { exercise, keep_src } => commands::reset::reset(room, &exercise, keep_src),
        Command::Solution { exercise } => commands::solution::solution(room, &exercise),
        Command::Open { exercise } => commands::open::open(room, &exercise),
        Command::Lab => commands::lab::lab(room),
        Command::Doctor => commands::doctor::doctor(room),
        Command::Explain { .. } | Command::Judge(_) => Ok(End::Passed),
    }
}

/// Writes to standard output. A reader that has gone is no error.
pub(crate) fn print(text: &str) {
    let _ = io::Write::write_all(&mut io::stdout().lock(), text.as_bytes());
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        super::Arguments::command().debug_assert();
    }
}
