//! Tests that need Docker.
