//! A real browser for the exercises: headless, with a profile of its own, and nothing left behind.
//!
//! It is driven over its debugging pipe (the Chrome DevTools Protocol as JSON over a socket that it
//! inherits): no driver program, no open port, no crate that speaks WebSocket.
//!
//! ```no_run
//! # fn drive(address: &str) -> Result<(), browser::Error> {
//! let browser = browser::Browser::start()?;
//! let page = browser.visitor()?.open(address)?;
//! page.click("#reserve")?;
//! page.wait_for("document.title === 'Reserved'")?;
//! assert_eq!(page.errors(), [""; 0], "the page complains");
//! page.close()
//! # }
//! ```
//! A [`Visitor`] is a person: cookies and cache are theirs alone. A [`Page`] that is closed is told so, as
//! when a person closes the tab.

#![forbid(unsafe_code)]

mod browser;
mod error;
mod find;
mod guard;
mod messages;
mod page;
mod pipe;

pub use browser::{Browser, Visitor};
pub use error::Error;
pub use find::{INSTALL, PROGRAM, is_installed};
pub use messages::{Level, Message};
pub use page::Page;
