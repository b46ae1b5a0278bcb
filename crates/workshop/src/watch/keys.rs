//! Single keys, without Enter.

use std::{
    io::{self, Read},
    sync::mpsc::Sender,
    thread,
};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::event::Event;

/// The terminal while keys are read one by one. Given back when it is dropped.
///
/// Only line mode and echo are off: output stays as it is, and Ctrl-C stays a signal, so that the
/// compiler's and the learner's own output need no translation.
pub(crate) struct Keys {
    saved: Termios,
}

impl Keys {
    /// Takes the terminal and sends its keys; none where it cannot be taken.
    pub(crate) fn listen(events: Sender<Event>) -> Option<Self> {
        let saved = tcgetattr(io::stdin()).ok()?;
        let keys = Self { saved };
        keys.take_terminal();
        thread::spawn(move || {
            let mut key = [0];
            while let Ok(1) = io::stdin().read(&mut key) {
                if events.send(Event::Key(char::from(key[0]))).is_err() {
                    return;
                }
            }
            // The terminal is gone, as after a hang-up.
            let _ = events.send(Event::Stop);
        });
        Some(keys)
    }

    /// Line mode and echo off; again after the shell had the terminal in between.
    pub(crate) fn take_terminal(&self) {
        let mut modes = self.saved.clone();
        modes
            .local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO);
        // A terminal that is gone is noticed by whoever reads it.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &modes);
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.saved);
    }
}
