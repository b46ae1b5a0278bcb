//! The test of the exercise, on the solution.

extern crate own_propagator_solution as own_propagator;
#[path = "../../../exercises/12_own_propagator/tests/verify.rs"]
mod verify;
