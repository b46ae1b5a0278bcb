//! The book: mdBook with the course's directives, its checks and its server.
//!
//! A chapter is Markdown with *directives*: `{{#task tasks}}` becomes the card of that exercise,
//! `{{#trace tasks failing}}` a picture of a real run. [`Course`] holds what they draw on,
//! [`build`](fn@build) and [`serve`](fn@serve) write the pages, [`check`](fn@check) names whatever would
//! mislead a reader.
//!
//! | directive, on a line of its own | becomes |
//! |---|---|
//! | `{{#task EX}}` | the card: title, minutes, gaps, file, command, needs |
//! | `{{#predict EX}}` | the prediction question, its answer folded |
//! | `{{#hints EX}}` | three hints, each folded |
//! | `{{#look EX}}`, `{{#question EX}}` | what to look at, what to think about |
//! | `{{#shape EX}}` | a picture of `expected.shape` |
//! | `{{#trace EX failing}}`, `{{#trace EX solved}}` | the waterfall of a generated run |
//! | `{{#diff EX}}`, `{{#report EX}}` | expected beside found, the terminal's report |
//! | `{{#carrier NAME}}` | the picture that `book/carriers/NAME.toml` describes |
//! | `{{#codes}}`, `{{#lessons}}` | all diagnosis codes, all exercises with minutes |
//! | `{{#slice PATH:ANCHOR}}` | in a code fence: the lines between `// ANCHOR: …` and `// ANCHOR_END: …` |
//!
//! `EX` is an exercise's slug, number or folder; `PATH` begins at the root of the checkout.
//!
//! mdBook compiles some 80 packages, so nothing that a learner waits for imports this crate.

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
