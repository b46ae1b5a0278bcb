//! The Erlang node. Nothing to do in here; `stock.erl` is where it works.

use std::future;

use beam::{Erlang, Source, StartError};

pub use beam::{INSTALL, is_installed};

/// The name of the Erlang node.
pub(crate) const NAME: &str = "stock@127.0.0.1";
/// Both nodes know it.
pub(crate) const COOKIE: &str = "k-17";

const MODULES: [Source; 2] = [
    Source {
        name: "stock.erl",
        text: include_str!("stock.erl"),
    },
    Source {
        name: "otlp.erl",
        text: include_str!("otlp.erl"),
    },
];

/// Runs the node until the process ends; `listens` is told its port.
///
/// # Errors
/// When Erlang does not compile or start the modules.
pub async fn stock(listens: impl FnOnce(u16)) -> Result<(), StartError> {
    let node = Erlang::start(NAME, COOKIE, &MODULES, "stock:start()")?;
    listens(node.port());
    future::pending().await
}
