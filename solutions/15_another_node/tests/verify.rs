//! The test of the exercise, on the solution.

extern crate another_node_solution as another_node;
#[path = "../../../exercises/15_another_node/tests/verify.rs"]
mod verify;
