//! What can go wrong between a client and a trace backend.

use std::fmt;

/// Why a backend gave no answer that helps. The text says what was asked, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientError {
    /// Nobody answered.
    Unreachable {
        /// What was asked, such as `the services`.
        what: &'static str,
        /// Where.
        url: String,
        /// What the connection said.
        why: String,
    },
    /// The backend said no.
    Refused {
        /// What was asked.
        what: &'static str,
        /// Where.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What the backend said.
        message: String,
    },
    /// The answer is not what was asked for.
    Unreadable {
        /// What was asked.
        what: &'static str,
        /// Where.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The backend kept only a part of what was sent.
    Partial {
        /// Where it was sent.
        url: String,
        /// How many spans it left out.
        rejected: u64,
        /// What the backend said.
        message: String,
    },
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { what, url, why } => write!(
                f,
                "asked {url} for {what}, and nobody answered ({why}); \
                 start the lab with `cargo workshop lab`, or Jaeger, and try again"
            ),
            Self::Refused {
                what,
                url,
                status,
                message,
            } => write!(
                f,
                "asked {url} for {what}, and the answer was {status}: {message}; \
                 if the backend is neither the lab nor Jaeger 2.13 or later, use one of these"
            ),
            Self::Unreadable { what, url, why } => write!(
                f,
                "asked {url} for {what}, and the answer is not readable ({why}); \
                 something other than the lab or Jaeger may hold this port: \
                 `cargo workshop doctor` says who"
            ),
            Self::Partial {
                url,
                rejected,
                message,
            } => write!(
                f,
                "sent spans to {url}, and {rejected} of them were left out: {message}; \
                 correct these spans and send them again"
            ),
        }
    }
}

impl std::error::Error for ClientError {}
