//! Erlang nodes for the exercises.
//!
//! A [`Link`] makes this process a hidden node that is connected to an Erlang one: it calls and casts
//! `gen_server`s by name, and is called by name itself. An [`Erlang`] is a real Erlang node in a process
//! of its own. No `epmd` runs for either of them: whoever dials knows the address. Nothing in here knows
//! of telemetry; a carrier is a map of texts to it.

#![forbid(unsafe_code)]

mod erlang;
mod link;
mod pending;
mod protocol;
mod stream;
mod term;
mod token;

pub use erl_dist::term::Term;
pub use erlang::{Erlang, INSTALL, Source, StartError, is_installed};
pub use link::{CallError, ConnectError, Link};
pub use protocol::{Inbound, Inbox, Kind, ReplyTo};
pub use term::{atom, binary, carrier_from, carrier_term, integer, parts, text, tuple};
pub use token::Token;
