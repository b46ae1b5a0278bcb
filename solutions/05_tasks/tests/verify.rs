//! The test of the exercise, on the solution.

extern crate tasks_solution as tasks;
#[path = "../../../exercises/05_tasks/tests/verify.rs"]
mod verify;
