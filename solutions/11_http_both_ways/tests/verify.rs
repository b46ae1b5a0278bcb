//! The test of the exercise, on the solution.

extern crate http_both_ways_solution as http_both_ways;
#[path = "../../../exercises/11_http_both_ways/tests/verify.rs"]
mod verify;
