//! The test of the exercise, on the solution.

extern crate live_page_solution as live_page;
#[path = "../../../exercises/24_live_page/tests/verify.rs"]
mod verify;
