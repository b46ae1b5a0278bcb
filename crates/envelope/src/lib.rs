//! Messages that carry their trace context: through mailboxes, queues, actors and across nodes.
//!
//! A span is current on a thread or in a task. A message leaves both: whoever takes it out of a
//! mailbox knows what to do and not for whom. An [`Envelope`] is a message with the sender's trace
//! context beside it, written down as the three headers of the W3C (a [`Carrier`]), and with a
//! [`Relation`] that says what the receiver's span is to the sender's.
//!
//! ```
//! # use tracing::info_span;
//! use traced_envelope::{Envelope, Relation};
//!
//! // The sender, within its span:
//! let sent = info_span!("send price", otel.kind = "producer")
//!     .in_scope(|| Envelope::seal(17_500, Relation::Link));
//!
//! // The receiver, on another thread, in another task, in another process:
//! let (price, handled) = sent.open();
//! let span = handled.span(|| info_span!("process price", otel.kind = "consumer"));
//! span.in_scope(|| assert_eq!(price, 17_500));
//! ```
//!
//! # Which relation?
//! | relation | the receiver's span | for |
//! |---|---|---|
//! | [`Child`](Relation::Child) | a child of the sender's span, in its trace | somebody waits: a call, a request |
//! | [`Link`](Relation::Link) | a trace of its own with a link to the sender's span | nobody waits: a cast, a broadcast, a queue |
//! | [`None`](Relation::None) | a trace of its own | what has no cause worth naming: a tick |
//!
//! # What crosses, and what does not
//! * A [`Carrier`] is a value. It holds ids and text, no span and no [`Context`]: a message that
//!   waits for an hour keeps no span open for an hour.
//! * Baggage crosses with `Child` and with `Link`. It is there for the receiver's span and for
//!   whatever the receiver sends on.
//! * The decision *not* to record crosses as well. The span for an unsampled message continues the
//!   sender's unsampled trace, whatever the relation: with a parent-based sampler, which is
//!   OpenTelemetry's default, it is not recorded, and nobody behind it decides for itself. A link
//!   alone would be a new root, for which a sampler decides anew.
//! * With `None` nothing crosses.
//!
//! # Features
//! None is on by default.
//!
//! | feature | gives |
//! |---|---|
//! | `serde` | [`Envelope`], [`Relation`] and [`Carrier`] as values of serde, so that they cross nodes |
//! | `tokio` | `channel`: `send_sealed` and `recv_opened` for mpsc, oneshot, broadcast and watch |
//! | `ractor` | `actor`: `cast_sealed` and `call_sealed` for an `ActorRef` |
//!
//! # What it costs
//! Sealing and opening together, up to the [`Context`] in which the receiver's span begins, as
//! `cargo bench` measured it on a machine with two busy cores (which may add a tenth):
//!
//! | what | ns |
//! |---|---|
//! | `Child` | 76 |
//! | `Link` | 56 |
//! | `None` | 30 |
//! | either of the first two, unsampled | 84 |
//! | `Child` with a `tracestate` of one entry | 320 |
//! | `Child` with two entries of baggage | 680 |
//! | a bare `Context::clone`, for comparison: no wire format, and the span stays open | 4 |
//! | the header `traceparent`, read and written, when an envelope crosses nodes | 225 |
//!
//! What is dear about a `tracestate` and about baggage is their text: it is written for each
//! message and read for each receiver. A span through `tracing-opentelemetry` costs 1000 to 2000.
//!
//! [`Context`]: opentelemetry::Context

#![forbid(unsafe_code)]

#[cfg(feature = "ractor")]
pub mod actor;
mod baggage;
mod carrier;
#[cfg(feature = "tokio")]
pub mod channel;
mod envelope;
mod handled;
mod traceparent;
#[cfg(feature = "serde")]
mod wire;

pub use carrier::Carrier;
pub use envelope::{Envelope, Relation};
pub use handled::Handled;

/// The example of the README runs with those of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
