//! The spans of the messaging conventions (in development, version 1.41). Nothing to do in here.

use async_nats::{header::NATS_MESSAGE_ID, jetstream::Message};
use tracing::{Span, field::Empty, info_span};

/// Where offers are published to, and the stream that keeps them.
pub(crate) const SUBJECT: &str = "cars.offered";
pub(crate) const STREAM: &str = "CARS";
/// Whoever reads the stream under this name shares it.
pub(crate) const GROUP: &str = "indexer";

/// A span of the conventions: operations are `messaging.operation.name` and its type.
macro_rules! messaging {
    ($kind:literal, $operation:literal, $type:literal, $($more:tt)*) => {
        info_span!(
            "messaging",
            otel.name = concat!($operation, " cars.offered"),
            otel.kind = $kind,
            messaging.system = "nats",
            messaging.destination.name = SUBJECT,
            messaging.operation.name = $operation,
            messaging.operation.type = $type,
            $($more)*
        )
    };
}

/// Sends a message whose context others link to: a PRODUCER.
pub(crate) fn publish(offer: &str) -> Span {
    messaging!(
        "producer",
        "publish",
        "send",
        messaging.message.id = offer,
        workshop.duplicate = Empty
    )
}

/// Asks the broker for messages: its CLIENT, whoever published them.
pub(crate) fn fetch() -> Span {
    messaging!(
        "client",
        "fetch",
        "receive",
        messaging.consumer.group.name = GROUP,
        messaging.batch.message_count = Empty
    )
}

/// Works for a message: a CONSUMER.
pub(crate) fn process(message: &Message) -> Span {
    let headers = message.headers.as_ref();
    let id = headers.and_then(|headers| headers.get(NATS_MESSAGE_ID));
    messaging!(
        "consumer",
        "process",
        "process",
        messaging.consumer.group.name = GROUP,
        messaging.message.id = id.map(|id| id.as_str())
    )
}

/// Tells the broker that a message is done with: its CLIENT.
pub(crate) fn ack() -> Span {
    messaging!(
        "client",
        "ack",
        "settle",
        messaging.consumer.group.name = GROUP
    )
}
