//! gRPC's metadata as a carrier: the headers of an HTTP/2 request. Nothing to do in here.

use opentelemetry::propagation::{Extractor, Injector};
use tonic::metadata::{MetadataKey, MetadataMap, MetadataValue};

/// What a call brought along. Values of keys that end in `-bin` are bytes, and left out.
#[allow(dead_code, reason = "for the gaps")]
pub(crate) struct Incoming<'a>(pub(crate) &'a MetadataMap);

impl Extractor for Incoming<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        let names = self.0.as_ref().keys();
        names.map(|name| name.as_str()).collect()
    }
}

/// What a call takes along.
#[allow(dead_code, reason = "for the gaps")]
pub(crate) struct Outgoing<'a>(pub(crate) &'a mut MetadataMap);

impl Injector for Outgoing<'_> {
    fn set(&mut self, key: &str, value: String) {
        let key = MetadataKey::from_bytes(key.as_bytes());
        if let (Ok(key), Ok(value)) = (key, MetadataValue::try_from(value)) {
            self.0.insert(key, value);
        }
    }
}
