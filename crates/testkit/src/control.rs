//! The line between a test and its child processes: a socket in the place of standard input.
//!
//! A child tells what happens as lines of JSON. The test says one word, `stop`. A line that closes
//! without it means that the test is gone.

use std::{
    io::{self, Write},
    os::unix::net::UnixStream,
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

/// What the test says to a service that is to end.
pub(crate) const STOP: &str = "stop";

/// What a child tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Told {
    /// A service listens on this port.
    Listening(u16),
    /// The code's answer.
    Answer(serde_json::Value),
    /// The code panicked, on any thread.
    Panicked(Panic),
    /// The code that was called unwound, so that there is no answer.
    Unwound,
    /// A service ended before it was asked to, with its error, if any.
    Returned(Option<String>),
    /// The pipeline could not be set up, or lost spans when it was shut down.
    Pipeline(String),
    /// Everything is said; the process ends.
    Done,
}

/// A panic: what it said and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Panic {
    pub(crate) message: String,
    /// `exercises/05_tasks/src/lib.rs:24`.
    pub(crate) place: Option<String>,
}

/// The child's end.
#[derive(Clone, Debug)]
pub(crate) struct Teller(Arc<Mutex<UnixStream>>);

impl Teller {
    pub(crate) fn new(stream: UnixStream) -> Self {
        Self(Arc::new(Mutex::new(stream)))
    }

    /// Tells the test; where it is gone, the child is about to end anyway.
    pub(crate) fn tell(&self, told: &Told) {
        let Ok(mut line) = serde_json::to_vec(told) else {
            return;
        };
        line.push(b'\n');
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _: io::Result<()> = stream.write_all(&line);
    }
}
