//! The test of the exercise, on the solution.

extern crate sequence_token_solution as sequence_token;
#[path = "../../../exercises/18_sequence_token/tests/verify.rs"]
mod verify;
