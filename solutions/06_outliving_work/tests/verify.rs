//! The solution passes the exercise's own test.
extern crate outliving_work_solution as outliving_work;
#[path = "../../../exercises/06_outliving_work/tests/verify.rs"]
mod verify;
