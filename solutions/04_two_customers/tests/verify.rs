//! The test of the exercise, on the solution.

extern crate two_customers_solution as two_customers;
#[path = "../../../exercises/04_two_customers/tests/verify.rs"]
mod verify;
