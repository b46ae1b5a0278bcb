//! The solution passes the exercise's own test.
extern crate call_an_actor_solution as call_an_actor;
#[path = "../../../exercises/08_call_an_actor/tests/verify.rs"]
mod verify;
