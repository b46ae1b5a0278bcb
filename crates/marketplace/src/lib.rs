//! The uninstrumented domain of every exercise: a car-listings marketplace.
//!
//! A [`Market`] holds the same twenty cars in every exercise: a search for `golf` finds twelve of
//! them, and car 7 is always the same Golf. Its work takes a few milliseconds, asleep on the thread
//! (the methods that block) or in the runtime (those that are `async`), as work does in life.
//!
//! Nothing in here knows of telemetry. What a market really did, on which thread and from when to
//! when, is in its [`Market::journal`]: a test holds spans against it.
//!
//! ```
//! use marketplace::Market;
//!
//! let market = Market::open();
//! let cars = market.score(market.value(market.find_listings("golf")));
//! assert_eq!(cars.len(), 12);
//! assert_eq!(market.journal().entries().len(), 3);
//! ```

#![forbid(unsafe_code)]

mod car;
mod journal;
mod listings;
mod market;

pub use car::{Car, Region, Seller};
pub use journal::{Entry, Journal};
pub use market::{FindError, Market};
