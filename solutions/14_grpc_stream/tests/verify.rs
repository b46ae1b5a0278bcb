//! The test of the exercise, on the solution.

extern crate grpc_stream_solution as grpc_stream;
#[path = "../../../exercises/14_grpc_stream/tests/verify.rs"]
mod verify;
