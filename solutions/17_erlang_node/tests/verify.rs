//! The test of the exercise, on the solution.

extern crate erlang_node_solution as erlang_node;
#[path = "../../../exercises/17_erlang_node/tests/verify.rs"]
mod verify;
