//! The solution passes the exercise's own test.
extern crate what_went_wrong_solution as what_went_wrong;
#[path = "../../../exercises/03_what_went_wrong/tests/verify.rs"]
mod verify;
