//! The test of the exercise, on the solution.

extern crate publish_process_solution as publish_process;
#[path = "../../../exercises/20_publish_process/tests/verify.rs"]
mod verify;
