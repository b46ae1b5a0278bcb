//! What stands around the alerts in both tests.

use delayed_and_retried::{INSTALL, broker, is_installed, mail, search};
use testkit::Exercise;

/// A broker, a mail gateway, and a page on which customers ask for alerts.
pub(crate) fn alerts(exercise: Exercise) -> Exercise {
    exercise
        .needs("nats", INSTALL, is_installed)
        // In the end the broker goes first, and its clients would complain.
        .variable("RUST_LOG", "info,async_nats=off")
        .service("broker", |place| broker(move |port| place.listens_on(port)))
        .service("mail", |place| mail(place.listener()))
        .service("search", |place| {
            search(place.listener(), place.address("broker"))
        })
}
