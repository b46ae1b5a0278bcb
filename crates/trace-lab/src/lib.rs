//! A trace backend on the learner's own machine: OTLP in, bounded store, query API, pages.
//!
//! Tests use [`Receiver`] (feature `receiver`), the learner's command uses [`client`] and
//! [`ports`] (feature `client`); the binary is all of it (feature `server`).

#![forbid(unsafe_code)]

#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "receiver")]
pub mod guard;
#[cfg(feature = "receiver")]
pub mod ingest;
#[cfg(feature = "receiver")]
pub mod otlp;
pub mod ports;
#[cfg(feature = "receiver")]
mod receiver;
#[cfg(feature = "client")]
pub mod rfc3339;
#[cfg(feature = "receiver")]
mod serve;

#[cfg(feature = "receiver")]
pub use receiver::Receiver;
