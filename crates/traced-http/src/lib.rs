//! axum and reqwest with the spans of the HTTP semantic conventions, and with carriers in the headers:
//! what exercise 11 builds by hand, for services that are about something else.
//!
//! Carriers are read and written by the global propagator, which each service sets for itself.
//!
//! ```no_run
//! use axum::{Router, routing::get};
//!
//! # async fn service(listener: std::net::TcpListener) -> std::io::Result<()> {
//! let routes = Router::new().route("/cars/{id}", get(|| async { "a car" }));
//! traced_http::serve(listener, routes).await
//! # }
//! ```

mod client;
mod server;
mod status;

pub use client::{Result, client_span, get, get_bare, send};
pub use server::{answer_within, caller, serve, serve_bare, server_span, traced};
