//! A page in a trace: one module for the browser ([`SCRIPT`], `js/traced-web.js`), and what the server
//! of the page needs beside it.
//!
//! The server says in the page which span rendered it ([`meta`]), serves the module ([`script`]), and
//! takes the page's spans on its own origin and passes them on ([`collect`]): no browser has to reach the
//! backend, and no other origin has to be allowed to.
//!
//! ```no_run
//! use axum::{Router, response::Html, routing::get};
//! use traced_web::Collect;
//!
//! let routes: Router = Router::new()
//!     .route("/", get(|| async { Html(format!("<head>{}</head>", traced_web::meta())) }));
//! // … within a SERVER span, with `traced_http::traced(routes)`; what follows is no work of a customer.
//! let routes = routes
//!     .route("/traced-web.js", get(traced_web::script))
//!     .merge(traced_web::collect(Collect::from_env()));
//! ```
//! Whatever a page sends was written by whoever holds the browser. It is passed on as it is: do not bill
//! anybody for what it says.

#![forbid(unsafe_code)]

mod bucket;
mod collect;
mod page;

pub use collect::{Collect, Limits, collect};
pub use page::{SCRIPT, javascript, meta, script};
