//! One renderer of a report or a forest, for terminals and for pages.
//!
//! [`text`] writes what a learner reads in a terminal, [`html`] the same as a table that needs
//! neither script nor style to be understood; [`CSS`] and [`JS`] add looks and keys to it. Whatever
//! comes from spans passes through [`clean`] first: a span name may hold escape sequences.

#![forbid(unsafe_code)]

mod clean;
mod critical;
pub mod html;
mod label;
mod style;
pub mod text;
mod tree;

pub use clean::clean;
pub use style::{Links, Style};

/// Style sheet of the elements that [`html`] writes, for light, dark and printed pages.
pub const CSS: &str = include_str!("../assets/trace-view.css");

/// Script of `<trace-view>` and `<trace-diff>`: keys, folding and live replacement. No framework,
/// no outside request; a page without it stays readable.
pub const JS: &str = include_str!("../assets/trace-view.js");
