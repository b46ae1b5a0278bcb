//! The shape language: what a trace must look like, whether it does, and why not.
//!
//! [`Shape::parse`] reads an `expected.shape`; [`judge`] aligns a [`trace_model::Forest`] with it
//! and returns a [`Report`]: the aligned rows and one [`Diagnosis`] for each root cause, each with
//! a stable [`Code`]. What the harness saw beside the trace (headers on the wire, starts and ends,
//! its own calls) comes in as [`Evidence`].

#![forbid(unsafe_code)]

mod code;
mod conventions;
mod evidence;
mod explain;
mod judge;
mod report;
mod shape;
mod words;

pub use code::{Code, UnknownCode};
pub use evidence::{Call, Crossing, Evidence, HARNESS, REQUEST_ID, STRANGER, Witnessed};
pub use explain::Explanation;
pub use judge::{compare, judge};
pub use report::{Actual, Diagnosis, Expected, Mark, Report, Row, SpanRef};
pub use shape::{AttributeRule, EventRule, Line, Pattern, Shape, ShapeError, StatusRule, Want};
