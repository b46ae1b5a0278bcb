//! The test of the exercise, on the solution.

extern crate nothing_arrived_solution as nothing_arrived;
#[path = "../../../exercises/02_nothing_arrived/tests/verify.rs"]
mod verify;
