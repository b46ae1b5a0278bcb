//! A trace backend on the learner's own machine: OTLP in, bounded store, query API, pages.
//!
//! Tests use [`Receiver`] (feature `receiver`), the learner's command uses [`client`] and
//! [`ports`] (feature `client`); the binary is all of it (feature `server`): a [`Lab`] keeps what
//! arrives in a [`store`] and shows it over the query API of Jaeger 2 and on pages of its own.

#![forbid(unsafe_code)]

#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "server")]
mod grpc;
#[cfg(feature = "receiver")]
pub mod guard;
#[cfg(feature = "receiver")]
pub mod ingest;
#[cfg(feature = "server")]
mod lab;
#[cfg(feature = "client")]
mod matching;
#[cfg(feature = "receiver")]
pub mod otlp;
pub mod ports;
#[cfg(feature = "receiver")]
mod receiver;
#[cfg(feature = "client")]
pub mod rfc3339;
#[cfg(feature = "receiver")]
mod serve;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
mod web;

#[cfg(feature = "server")]
pub use lab::{Lab, Options, StartError};
#[cfg(feature = "receiver")]
pub use receiver::Receiver;
