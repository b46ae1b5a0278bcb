//! The test of the exercise, on the solution.

extern crate whose_trace_is_it_solution as whose_trace_is_it;
#[path = "../../../exercises/13_whose_trace_is_it/tests/verify.rs"]
mod verify;
