//! The book: mdBook with the course's directives, its checks and its server.
//!
//! A chapter is Markdown with *directives*: `{{#task tasks}}` becomes the card of that exercise,
//! `{{#trace tasks failing}}` a picture of a real run. [`Course`] holds what they draw on,
//! [`build`](fn@build) and [`serve`](fn@serve) write the pages, [`check`](fn@check) names whatever would
//! mislead a reader. mdBook compiles some 80 packages, so nothing that a learner waits for imports
//! this crate.

#![forbid(unsafe_code)]

mod build;
mod check;
mod course;
mod directive;
mod expand;
mod preprocess;
mod problem;
mod serve;

pub use build::{assets, build};
pub use check::check;
pub use course::Course;
pub use preprocess::{CoursePreprocessor, preprocess};
pub use problem::Problem;
pub use serve::serve;
