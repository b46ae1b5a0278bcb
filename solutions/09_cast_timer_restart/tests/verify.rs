//! The solution passes the exercise's own test.
extern crate cast_timer_restart_solution as cast_timer_restart;
#[path = "../../../exercises/09_cast_timer_restart/tests/verify.rs"]
mod verify;
