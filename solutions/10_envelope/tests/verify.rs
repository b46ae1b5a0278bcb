//! The test of the exercise, on the solution.

extern crate envelope_solution as envelope;
#[path = "../../../exercises/10_envelope/tests/verify.rs"]
mod verify;
