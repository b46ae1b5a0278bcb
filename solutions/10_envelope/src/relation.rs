//! What a message says about the span of whoever handles it. Nothing to do in here.

use serde::{Deserialize, Serialize};

/// What the span of whoever handles a message is to the span of its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Relation {
    /// Its child: the sender waits.
    Child,
    /// A root with a link to it: nobody waits.
    Link,
    /// A root.
    None,
}
