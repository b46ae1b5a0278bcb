//! Reports and forests for a terminal.

mod forest;
mod paint;
mod report;
mod rows;

pub use forest::forest;
pub use report::{detail, report};
