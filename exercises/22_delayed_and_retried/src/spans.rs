//! The spans of the messaging conventions (in development, version 1.41). Nothing to do in here.

use std::time::Duration;

use tracing::{Span, field::Empty, info_span};

/// Where alerts are asked for.
pub(crate) const ASKED: &str = "alerts.asked";
/// Where those go that nobody could send.
pub(crate) const DEAD: &str = "alerts.dead";

/// A span of the conventions: operations are `messaging.operation.name` and its type.
macro_rules! messaging {
    ($kind:literal, $operation:expr, $type:literal, $subject:expr, $($more:tt)*) => {
        info_span!(
            "messaging",
            otel.name = format!("{} {}", $operation, $subject),
            otel.kind = $kind,
            messaging.system = "nats",
            messaging.destination.name = $subject,
            messaging.operation.name = $operation,
            messaging.operation.type = $type,
            $($more)*
        )
    };
}

/// Sends a message whose context others link to: a PRODUCER.
pub(crate) fn publish(subject: &str, car: u32) -> Span {
    messaging!(
        "producer",
        "publish",
        "send",
        subject,
        workshop.car.id = car
    )
}

/// Works for a message: a CONSUMER. `age` is how long ago it was published.
pub(crate) fn process(subject: &str, car: u32, age: Duration) -> Span {
    messaging!(
        "consumer",
        "process",
        "process",
        subject,
        error.type = Empty,
        workshop.car.id = car,
        workshop.age = age.as_secs_f64(),
        workshop.attempt = Empty
    )
}

/// Tells the broker what became of a message: its CLIENT. What comes again comes after the `delay`.
pub(crate) fn settle(operation: &str, subject: &str, delay: Option<Duration>) -> Span {
    messaging!(
        "client",
        operation,
        "settle",
        subject,
        workshop.delay = delay.map(|delay| delay.as_secs_f64())
    )
}
