//! The learner's command: finds the exercise, compiles and runs it, and says what its trace shows.
//!
//! [`Checker`] gives one verdict; everything else is built on it: [`cli`] reads the arguments, the
//! watcher gives a new verdict for each save and keeps lab and book beside it. Nothing here links
//! an async runtime or an HTTP library: a learner waits for this crate before anything else.

#![forbid(unsafe_code)]

mod backend;
mod build;
mod check;
pub mod cli;
mod clock;
mod commands;
mod files;
mod guard;
mod http;
mod names;
mod outcome;
mod overlay;
mod problem;
mod process;
mod progress;
mod report;
mod room;
mod run;
mod services;
mod shortcut;
pub mod starters;
mod watch;

pub use build::Step;
pub use check::{Checker, Subject};
pub use outcome::{Outcome, Seconds};
pub use problem::Problem;
pub use process::Cancel;
pub use report::json;
