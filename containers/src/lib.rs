//! What tests that need Docker share: is the engine there, is the image, and who removes the
//! container when a test is killed. The tests are in `tests/`.

#![forbid(unsafe_code)]

mod component;
mod compose;
mod docker;
mod jaeger;
mod keeper;
mod nats;

pub use component::{Missing, or_skip};
pub use compose::image_to_test;
pub use docker::{docker, engine, image};
pub use jaeger::Jaeger;
pub use keeper::Keeper;
pub use nats::Nats;

use std::{
    thread,
    time::{Duration, Instant},
};

/// Asks `look` again and again until it has an answer, at most `limit`.
pub fn within<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
}
