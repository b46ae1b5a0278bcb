//! The test of the exercise, on the solution.

extern crate node_dies_solution as node_dies;
#[path = "../../../exercises/16_node_dies/tests/verify.rs"]
mod verify;
