//! The headers of a NATS message as a carrier. Nothing to do in here.

#![allow(dead_code, reason = "for the gaps")]

use async_nats::HeaderMap;
use opentelemetry::propagation::{Extractor, Injector};

/// Headers to be written. Names stay as they are: NATS compares them letter by letter.
pub(crate) struct Outgoing<'a>(pub(crate) &'a mut HeaderMap);

impl Injector for Outgoing<'_> {
    fn set(&mut self, key: &str, value: String) {
        // An empty value is no header, and NATS would send it all the same.
        if !value.is_empty() {
            self.0.insert(key, value);
        }
    }
}

/// Headers that came.
pub(crate) struct Incoming<'a>(pub(crate) &'a HeaderMap);

impl Extractor for Incoming<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|value| value.as_str())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_ref()).collect()
    }
}
