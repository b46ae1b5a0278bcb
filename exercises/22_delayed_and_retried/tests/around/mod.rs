//! What stands around the alerts in both tests.

use delayed_and_retried::{INSTALL, broker, is_installed, mail, search};
use testkit::{Code, Exercise, Fact, Seen, Span, about_span};

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

/// What became of the jobs, whatever the traces say. A panic here stands alone in the report: what is
/// wrong with the traces of such jobs follows from it.
pub(crate) fn done_rightly(published: &[String], mails: &str) {
    let right = "5: 503 202, 7: 503 503 202, 13: 422 422 422";
    assert!(
        mails == right,
        "a mail is tried until it is sent, three times at most, and what is acknowledged never comes \
         again: expected \"{right}\", got \"{mails}\""
    );
    let published = published.join(" ");
    assert!(
        published == "1 2 3",
        "a job that fails goes back and keeps its context; published again it is another job, with \
         another context, and the way to the customer is lost. After each alert the broker should \
         have been given 1 2 3 jobs, and was given {published}"
    );
}

/// A failed attempt tells in words what went wrong, and one that is acknowledged has no class of failure;
/// how many failed is for the shape.
pub(crate) fn failures_say_why(seen: &Seen) -> Fact {
    let attempts = seen.named("process alerts.asked");
    let acks = seen.named("ack alerts.asked");
    let is_done = |span: &Span| {
        let mut acks = acks.iter();
        acks.any(|ack| ack.parent_span_id == Some(span.span_id))
    };
    for span in attempts {
        let failed = span.status.code.as_str() == "error";
        let (code, why) = if failed && !span.status.message.contains(' ') {
            (
                Code::WrongStatus,
                "failed, and its status has no words for people",
            )
        } else if is_done(span) && span.attributes.get("error.type").is_some() {
            (
                Code::WrongAttribute,
                "succeeded, and has a class of failure",
            )
        } else {
            continue;
        };
        return Err(about_span(code, span, format!("an attempt {why}")).into());
    }
    Ok(())
}
