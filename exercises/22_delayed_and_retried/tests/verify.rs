//! Attempts at a job link to whoever published it, and to nobody else; from each you find the others.

mod around;

use std::time::Duration;

use delayed_and_retried::{PATIENT, alerts, standby, support};
use testkit::{exercise, expect_eq, facts::covers_children};

/// How long the broker waits for a process that is going to be killed.
const IMPATIENT: Duration = Duration::from_millis(60);

#[test]
fn an_attempt_is_a_trace_of_its_own_with_a_link_and_a_number() {
    around::alerts(exercise!())
        .service("alerts", |place| {
            let [broker, mail] = [place.address("broker"), place.url("mail")];
            alerts(place.listener(), broker, mail, PATIENT)
        })
        .service("support", |place| {
            support(place.listener(), place.address("broker"))
        })
        .drive(|client| {
            let published = ["/alerts/7", "/alerts/13", "/alerts/5/later"].map(|job| {
                client.request("POST", "search", job).send();
                let published = client.get("alerts", "/empty").body;
                client.get("support", "/empty");
                published
            });
            around::done_rightly(&published, &client.get("mail", "/mails").body);
        })
        .fact(around::failures_say_why)
        .fact(|seen| covers_children(seen, "process alerts.asked"))
        .verdict(include_str!("../expected.shape"));
}

#[test]
fn an_attempt_whose_process_is_killed_leaves_a_gap_in_the_numbers() {
    around::alerts(exercise!())
        .service("alerts-old", |place| {
            let [broker, mail] = [place.address("broker"), place.url("mail")];
            alerts(place.listener(), broker, mail, IMPATIENT)
        })
        .service("alerts", |place| {
            let [broker, mail] = [place.address("broker"), place.url("mail")];
            standby(place.listener(), broker, mail, place.url("alerts-old"))
        })
        .drive(|client| {
            client.request("POST", "search", "/alerts/9").send();
            client.get("mail", "/mails/9/tried");
            client.kill("alerts-old");
            client.get("alerts", "/empty");
            client.get("mail", "/mails").body
        })
        .expect(|told| expect_eq(&**told, "9: 408 202", "the mail must be tried again"))
        .verdict(include_str!("killed.shape"));
}
