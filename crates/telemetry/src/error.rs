//! What can go wrong between a span and its backend.

use std::{fmt, time::Duration};

/// Why the pipeline could not be set up.
#[derive(Debug)]
pub enum Error {
    /// The exporter could not be built; holds the endpoint and the reason.
    Exporter(String, String),
    /// The process has a global `tracing` subscriber already, so that spans would go there.
    SubscriberTaken,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exporter(endpoint, why) => {
                write!(f, "no exporter could be built for {endpoint}: {why}")
            }
            Self::SubscriberTaken => f.write_str(
                "this process has a global tracing subscriber already: set one up once, at the \
                 start of main",
            ),
        }
    }
}

impl std::error::Error for Error {}

/// What was lost when the pipeline was shut down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShutdownError {
    /// Spans had ended, but the backend did not accept them.
    NotDelivered {
        /// How many sampled spans had ended.
        ended: u64,
        /// How many of them the backend accepted.
        delivered: u64,
        /// Where they were sent.
        endpoint: String,
        /// The exporter's last error; none where the queue overflowed.
        why: Option<String>,
    },
    /// The backend did not answer within the limit.
    TimedOut {
        /// How many sampled spans had ended and were not delivered.
        waiting: u64,
        /// Where they were sent.
        endpoint: String,
        /// How long shutdown waited.
        limit: Duration,
    },
    /// Somebody else shut the provider down before; spans after that were not recorded.
    AlreadyShutDown,
}

impl fmt::Display for ShutdownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDelivered {
                ended,
                delivered,
                endpoint,
                why,
            } => {
                let lost = ended.saturating_sub(*delivered);
                let why = why.as_deref().unwrap_or("the exporter's queue was full");
                write!(
                    f,
                    "{lost} of {ended} spans were not delivered to {endpoint}: {why}"
                )
            }
            Self::TimedOut {
                waiting,
                endpoint,
                limit,
            } => write!(
                f,
                "{waiting} spans were not delivered: {endpoint} did not answer within {limit:?}"
            ),
            Self::AlreadyShutDown => f.write_str(
                "the tracer provider was shut down before its owner did so: spans that ended \
                 after that are lost",
            ),
        }
    }
}

impl std::error::Error for ShutdownError {}
