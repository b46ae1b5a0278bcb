//! What the course is on disk: where things lie, what an exercise says of itself, what a run
//! leaves behind. Every other room reads the course through this one.

#![forbid(unsafe_code)]

mod exercise;
mod layout;
mod record;
mod session;
mod source;

pub use exercise::{CourseError, Exercise, Gap, Hint, Prediction, Settings, load_all, load_dir};
pub use layout::Layout;
pub use record::{Exit, RECORD_SCHEMA, TestRecord, Verdict};
pub use session::{Backend, BackendKind, Session};
pub use source::{comment, is_source, whole_comment};
