//! What goes over the socket, as JSON. Nothing to do in here.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// The page is here, on a new socket.
    Join,
    /// Somebody did something with the page.
    Event,
    /// The answer to either.
    Reply,
    /// News that the page did not ask for.
    Push,
}

/// One message. There are no headers around it: what travels with it is in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    /// The page numbers its frames, and a reply has the number of what it answers: 0 for a push.
    #[serde(rename = "ref", default)]
    pub(crate) number: u32,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) payload: Value,
    /// Whose it is. A reply needs none: whoever waits for its number knows.
    #[serde(default, skip_serializing_if = "HashMap::is_empty")]
    pub(crate) carrier: HashMap<String, String>,
}

impl Frame {
    /// The answer to this frame.
    pub(crate) fn reply(self, payload: Value) -> Self {
        Self {
            kind: Kind::Reply,
            payload,
            carrier: HashMap::new(),
            ..self
        }
    }

    /// News, as yet without a carrier.
    pub(crate) fn push(name: &str, payload: Value) -> Self {
        Self {
            kind: Kind::Push,
            number: 0,
            name: name.to_owned(),
            payload,
            carrier: HashMap::new(),
        }
    }
}
