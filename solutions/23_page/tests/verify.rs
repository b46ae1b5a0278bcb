//! The test of the exercise, on the solution.

extern crate page_solution as page;
#[path = "../../../exercises/23_page/tests/verify.rs"]
mod verify;
