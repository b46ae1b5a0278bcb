//! The author's command: the course's rules as code, regeneration of what the book shows, timings.
//!
//! A rule is a function from the course on disk to what breaks it; a [`Finding`] says where, and how
//! to repair it. [`rules::ALL`] is the whole list of those that only read.

#![forbid(unsafe_code)]

pub mod bench;
mod finding;
mod input;
pub mod regen;
pub mod rules;
pub mod runs;
pub mod timings;

#[cfg(test)]
mod fixture;

pub use finding::{Finding, Tried};
pub use input::{Input, Variant};
