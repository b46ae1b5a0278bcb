//! What can go wrong with a browser.

use std::{fmt, io, time::Duration};

use crate::find::INSTALL;

/// Why the browser did not do what it was asked for.
#[derive(Debug)]
pub enum Error {
    /// None is installed.
    Missing,
    /// It could not be started, or its folder not be made.
    Io(io::Error),
    /// It is gone; what it said last.
    Ended(String),
    /// It refused a command: what, and why.
    Refused(String, String),
    /// The page's own code failed.
    Script(String),
    /// An address did not load.
    Unloaded(String),
    /// This did not happen in time.
    Late(String, Duration),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "there is no browser here: {INSTALL}"),
            Self::Io(error) => write!(f, "the browser does not start: {error}"),
            Self::Ended(said) => write!(f, "the browser has ended: {said}"),
            Self::Refused(what, why) => write!(f, "the browser refused {what}: {why}"),
            Self::Script(what) => write!(f, "in the page: {what}"),
            Self::Unloaded(what) => write!(f, "the page did not load: {what}"),
            Self::Late(what, limit) => write!(f, "{what}: that did not happen within {limit:?}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
