//! The test of the exercise, on the solution.

extern crate batches_solution as batches;
#[path = "../../../exercises/21_batches/tests/verify.rs"]
mod verify;
