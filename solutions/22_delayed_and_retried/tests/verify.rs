//! The test of the exercise, on the solution.

extern crate delayed_and_retried_solution as delayed_and_retried;
#[path = "../../../exercises/22_delayed_and_retried/tests/verify.rs"]
mod verify;
