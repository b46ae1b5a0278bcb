//! The Erlang node. Its code, `desk.erl` and `rates.erl`, is not yours to change.

use std::future;

use beam::{Erlang, Source, StartError};

pub use beam::{INSTALL, is_installed};

/// The name of the Erlang node.
pub(crate) const NAME: &str = "desk@127.0.0.1";
/// Both nodes know it.
pub(crate) const COOKIE: &str = "k-18";

const MODULES: [Source; 2] = [
    Source {
        name: "desk.erl",
        text: include_str!("desk.erl"),
    },
    Source {
        name: "rates.erl",
        text: include_str!("rates.erl"),
    },
];

/// Runs the node until the process ends; `listens` is told its port.
///
/// # Errors
/// When Erlang does not compile or start the modules.
pub async fn desk(listens: impl FnOnce(u16)) -> Result<(), StartError> {
    let node = Erlang::start(NAME, COOKIE, &MODULES, "desk:start()")?;
    listens(node.port());
    future::pending().await
}
