//! A message with a carrier beside it.

use crate::{Carrier, Handled};

/// What the receiver's span is to the sender's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Relation {
    /// A child: the sender waits for the work.
    Child,
    /// A trace of its own that links to the sender's span: nobody waits.
    Link,
    /// A trace of its own, and nothing of the sender's.
    None,
}

/// A message, and the trace context that it was sent in.
///
/// ```
/// use traced_envelope::{Envelope, Relation};
///
/// let envelope = Envelope::seal("golf", Relation::Child);
/// let envelope = envelope.map(str::len);
/// let (length, _handled) = envelope.open();
/// assert_eq!(length, 4);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Envelope<M> {
    carrier: Carrier,
    relation: Relation,
    message: M,
}

impl<M> Envelope<M> {
    /// Puts a message into an envelope, with the current context unless the relation is `None`.
    ///
    /// The current span should be the one that stands for the sending: the PRODUCER or CLIENT span,
    /// if there is one.
    pub fn seal(message: M, relation: Relation) -> Self {
        let carrier = match relation {
            Relation::None => Carrier::default(),
            Relation::Child | Relation::Link => Carrier::current(),
        };
        Self::with_carrier(message, relation, carrier)
    }

    /// Puts a message into an envelope with a context from elsewhere, such as the headers of a
    /// request.
    pub fn with_carrier(message: M, relation: Relation, carrier: Carrier) -> Self {
        Self {
            carrier,
            relation,
            message,
        }
    }

    /// Takes the message out, and what is needed to open the receiver's span.
    pub fn open(self) -> (M, Handled) {
        (self.message, Handled::new(&self.carrier, self.relation))
    }

    /// Exchanges the message and keeps the context, as an enum of an actor's messages needs it.
    pub fn map<N>(self, change: impl FnOnce(M) -> N) -> Envelope<N> {
        Envelope::with_carrier(change(self.message), self.relation, self.carrier)
    }

    /// The message.
    pub fn message(&self) -> &M {
        &self.message
    }

    /// What the receiver's span is to the sender's.
    pub fn relation(&self) -> Relation {
        self.relation
    }

    /// The context that it was sent in.
    pub fn carrier(&self) -> &Carrier {
        &self.carrier
    }
}
