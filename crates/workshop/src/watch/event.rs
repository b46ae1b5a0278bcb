//! Everything that can happen while watching.

use std::{sync::mpsc::Sender, thread};

use signal_hook::{
    consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM},
    iterator::Signals,
};

use crate::{Outcome, Problem, services::Told};

/// The closed list that drives the watcher.
#[derive(Debug)]
pub(crate) enum Event {
    /// Something below the exercises changed.
    Touched,
    /// A key.
    Key(char),
    /// The check of that number has its result.
    Checked(u64, Box<Result<Outcome, Problem>>),
    /// News of lab and book.
    Service(Told),
    /// Something to show, from work that was done aside.
    Say(String),
    /// A run could be delivered, or not.
    Delivered(Result<bool, Problem>),
    /// The terminal is this program's again.
    Continued,
    /// A signal asks for the end.
    Stop,
}

impl From<Told> for Event {
    fn from(told: Told) -> Self {
        Self::Service(told)
    }
}

/// Turns signals into events.
pub(crate) fn listen_to_signals(events: Sender<Event>) -> Result<(), Problem> {
    let wanted = [SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGCONT];
    let signals = Signals::new(wanted);
    let mut signals = signals.map_err(|error| Problem::new(error.to_string(), "try again"))?;
    thread::spawn(move || {
        for signal in signals.forever() {
            let event = if signal == SIGCONT {
                Event::Continued
            } else {
                Event::Stop
            };
            if events.send(event).is_err() {
                return;
            }
        }
    });
    Ok(())
}
