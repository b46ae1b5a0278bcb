//! `cargo workshop` without a command: a verdict at each save, lab and book beside it.

mod desk;
mod event;
mod files;
mod keys;
pub(crate) mod screen;

use std::{
    io::IsTerminal,
    sync::mpsc::{self, RecvTimeoutError},
    time::{Duration, Instant},
};

use crate::{Problem, cli::End, room::Room};

use desk::Desk;
use event::Event;

/// How long after a change nothing else must change: editors save in several steps.
const SETTLE: Duration = Duration::from_millis(10);

/// Whether to go on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Go,
    Stop,
}

/// Watches until it is told to stop. Ends every child and gives the terminal back.
pub(crate) fn watch(room: Room) -> Result<End, Problem> {
    let (send, events) = mpsc::channel();
    let interactive = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    // Signals first, so that none is lost; the terminal is given back when `_keys` goes.
    event::listen_to_signals(send.clone())?;
    let keys = interactive
        .then(|| keys::Keys::listen(send.clone()))
        .flatten();
    let folder = room.layout.exercises();
    let mut desk = Desk::new(room, keys.is_some(), send.clone())?;
    let watcher = files::watch(&folder, send);
    if let Err(problem) = &watcher {
        desk.say(&crate::report::text::problem(problem));
    }
    desk.begin();
    let ended = follow(&mut desk, &events, keys.as_ref());
    desk.end();
    ended.map(|()| End::Passed)
}

fn follow(
    desk: &mut Desk,
    events: &mpsc::Receiver<Event>,
    keys: Option<&keys::Keys>,
) -> Result<(), Problem> {
    let mut settled: Option<Instant> = None;
    loop {
        let event = match settled {
            None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(at) => events.recv_timeout(at.saturating_duration_since(Instant::now())),
        };
        match event {
            Ok(Event::Touched) => settled = Some(Instant::now() + SETTLE),
            Ok(Event::Continued) => keys.into_iter().for_each(keys::Keys::take_terminal),
            Ok(event) => {
                if desk.take(event) == Next::Stop {
                    return Ok(());
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                settled = None;
                desk.look();
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}
