//! The gRPC interface of exercise 14: what `quotes.proto` says, as Rust.
//!
//! What is generated is committed, so that nobody needs `protoc`, nor waits for a generator; a test
//! generates it again.

#![forbid(unsafe_code)]

#[rustfmt::skip]
#[allow(clippy::all, missing_docs, unreachable_pub, reason = "generated")]
mod generated;

pub use generated::{
    Answer, Car, Offer, Quote, quotes_client::QuotesClient, quotes_server,
    quotes_server::QuotesServer,
};
