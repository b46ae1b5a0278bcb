//! What the test of an exercise uses.
//!
//! The code under test never runs in the process that judges it: a test starts its own executable
//! again for each service. Those children send their spans to a receiver on a thread of its own;
//! requests between them lead through a wire tap. The test then judges what was received against
//! `expected.shape`, completes each diagnosis with where to look, prints the report, and leaves a
//! record for the runner.
//!
//! ```no_run
//! use testkit::{exercise, expect_eq};
//!
//! # mod first_waterfall { pub fn search(_: &str) -> Vec<u32> { vec![] } }
//! fn each_search_is_one_trace() {
//!     exercise!()
//!         .call("search", || first_waterfall::search("golf"))
//!         .expect(|cars| expect_eq(cars.len(), 12, "the search must still find twelve cars"))
//!         .verdict("search internal \"search cars\"");
//! }
//! # each_search_is_one_trace();
//! ```
//! One test function holds one `exercise!()`. Whatever stands before it in the function runs in each
//! child as well.

#![forbid(unsafe_code)]

mod board;
mod child;
mod complete;
mod control;
mod deliver;
mod drive;
mod exercise;
pub mod facts;
mod fate;
mod folder;
mod guest;
mod heads;
mod lives;
mod need;
mod output;
mod place;
mod polls;
mod process;
mod processes;
mod quiet;
mod record;
mod reply;
mod run;
mod seen;
mod site;
mod stage;
mod tap;
mod unsampled;
mod verdict;
mod wires;
mod witnessed;

pub use drive::{Client, REQUEST_ID_HEADER, Request};
pub use exercise::Exercise;
pub use need::{REQUIRE, need};
pub use place::{Outcome, Place};
pub use polls::{begin, hold_until, in_turns, watched};
pub use reply::Reply;
pub use run::{Run, expect_eq};
pub use seen::Seen;
#[doc(hidden)]
pub use site::Site;

pub use facts::{Fact, about_span};
// What facts are written with.
pub use trace_model::{Event, Kind, Span, SpanId, TraceId, Value};
pub use trace_shape::{Call, Code, Crossing, Diagnosis, Witnessed};

/// Starts the test of an exercise: [`Exercise`]. It finds the exercise, its `exercise.toml` and the
/// name of the test by itself, in `tests/verify.rs` of the exercise as well as in a solution's test
/// that includes that file as a module.
#[macro_export]
macro_rules! exercise {
    () => {{
        fn here() {}
        fn name_of<T>(_: T) -> &'static str {
            ::std::any::type_name::<T>()
        }
        $crate::Exercise::at($crate::Site {
            here: name_of(here),
            manifest_dir: env!("CARGO_MANIFEST_DIR"),
            package: env!("CARGO_PKG_NAME"),
            line: line!(),
        })
    }};
}

/// What the harness itself needs. Where that is missing the test cannot be run, which is nobody's
/// wrong answer: it fails with the reason.
fn harness<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => {
            eprintln!("this test cannot be run: {error}");
            std::panic::resume_unwind(Box::new("this test cannot be run"))
        }
    }
}
