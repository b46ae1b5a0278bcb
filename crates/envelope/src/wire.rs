//! Carriers as values of serde: always the three headers, so that formats without names read them.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Carrier;

/// Borrowed where the format allows it: bincode then checks a length before it reserves memory for it.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Carrier")]
struct Headers<'a> {
    #[serde(borrow, default)]
    traceparent: Cow<'a, str>,
    #[serde(borrow, default)]
    tracestate: Cow<'a, str>,
    #[serde(borrow, default)]
    baggage: Cow<'a, str>,
}

/// Writes the three headers; an absent one is `""`.
impl Serialize for Carrier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let headers = Headers {
            traceparent: self.traceparent().unwrap_or_default().into(),
            tracestate: self.tracestate().into(),
            baggage: self.baggage().into(),
        };
        headers.serialize(serializer)
    }
}

/// Reads what [`Carrier::from_headers`] reads: a malformed header is an absent one, and the message
/// arrives.
impl<'de> Deserialize<'de> for Carrier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let headers = Headers::deserialize(deserializer)?;
        Ok(Self::from_headers(
            &headers.traceparent,
            &headers.tracestate,
            &headers.baggage,
        ))
    }
}
