//! The library `traced-envelope` of this repository in the place of the gaps: the same service, and
//! nothing of it is changed.

mod shop;
mod workers;

pub use shop::{Evening, evening};
pub use traced_envelope::{Envelope, Relation};
