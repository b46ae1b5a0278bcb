//! The test of the exercise, on the solution.

extern crate demand_solution as demand;
#[path = "../../../exercises/19_demand/tests/verify.rs"]
mod verify;
