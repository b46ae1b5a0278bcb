//! The spans of the messaging conventions (in development, version 1.41). Nothing to do in here.

use tracing::{Span, field::Empty, info_span};

/// Where offers are published to, and the stream that keeps them.
pub(crate) const SUBJECT: &str = "cars.offered";
pub(crate) const STREAM: &str = "CARS";
/// Whoever reads the stream under this name shares it.
pub(crate) const GROUP: &str = "indexer";

/// A span of the conventions, for any number of messages.
macro_rules! messaging {
    ($kind:literal, $operation:literal, $type:literal, $count:expr $(, $group:expr)?) => {
        info_span!(
            "messaging",
            otel.name = concat!($operation, " cars.offered"),
            otel.kind = $kind,
            messaging.system = "nats",
            messaging.destination.name = SUBJECT,
            messaging.operation.name = $operation,
            messaging.operation.type = $type,
            $(messaging.consumer.group.name = $group,)?
            messaging.batch.message_count = $count,
        )
    };
}

/// Sends messages whose context others link to: a PRODUCER.
pub(crate) fn publish(messages: usize) -> Span {
    messaging!("producer", "publish", "send", messages as i64)
}

/// Asks the broker for messages: its CLIENT, whoever published them.
pub(crate) fn fetch() -> Span {
    messaging!("client", "fetch", "receive", Empty, GROUP)
}

/// Works for messages: a CONSUMER. `messaging.batch.message_count` is still to be recorded.
pub(crate) fn process() -> Span {
    messaging!("consumer", "process", "process", Empty, GROUP)
}

/// Tells the broker that so many messages are done with: its CLIENT.
pub(crate) fn ack(messages: usize) -> Span {
    messaging!("client", "ack", "settle", messages as i64, GROUP)
}
