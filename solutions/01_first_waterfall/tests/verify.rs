//! The test of the exercise, on the solution.

extern crate first_waterfall_solution as first_waterfall;
#[path = "../../../exercises/01_first_waterfall/tests/verify.rs"]
mod verify;
