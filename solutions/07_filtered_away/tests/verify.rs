//! The solution passes the exercise's own test.
extern crate filtered_away_solution as filtered_away;
#[path = "../../../exercises/07_filtered_away/tests/verify.rs"]
mod verify;
