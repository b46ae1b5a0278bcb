//! Who may say whose trace a request is, and who is told.

mod others;

use std::cell::RefCell;

use others::{Told, are_linked, are_named, keep_their_secrets, say_what_is_recorded};
use testkit::{Code, Diagnosis, Fact, Seen, exercise, expect_eq};

#[test]
fn a_partner_is_believed_and_a_stranger_is_answered() {
    let answers = RefCell::<Vec<Told>>::default();
    others::all(exercise!())
        .drive(|client| {
            let asked = [
                ("partner", "/"),
                ("stranger", "/ask/01"),
                ("stranger", "/ask/00"),
                ("stranger", "/ask/none"),
            ];
            asked.map(|(who, path)| client.get(who, path))
        })
        .expect(|replies| {
            let told: Result<Vec<Told>, _> = replies.iter().map(|reply| reply.json()).collect();
            let told = told?;
            answers.replace(told.clone());
            let paid = |told: &Told| (told.status, told.body.clone());
            let right = ["17000", "17500", "17500", "17500"]
                .map(|euros| (200, format!("{euros} EUR, a car wash")));
            let why = "a partner's customer pays less, and nobody else";
            expect_eq(told.iter().map(paid).collect::<Vec<_>>(), right, why)
        })
        .fact(are_linked)
        .fact(keep_their_secrets)
        .fact(|seen| are_named(seen, &answers.borrow()))
        .verdict(include_str!("../expected.shape"));
}

#[test]
fn a_flood_of_requests_that_want_to_be_recorded_is_not() {
    let answers = RefCell::<Vec<Told>>::default();
    others::all(exercise!())
        .variable("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
        .variable("OTEL_TRACES_SAMPLER_ARG", "0.1")
        .drive(others::flood)
        .expect(|told| {
            answers.replace(told.clone());
            let answered = told.iter().filter(|told| told.status == 200).count();
            expect_eq(answered, 60, "everybody must be answered")
        })
        .fact(few_are_recorded)
        .fact(|seen| say_what_is_recorded(seen, &answers.borrow()))
        .verdict("edge server \"GET /cars/{id}\" x0..60 ~> ...\n  ...");
}

/// One in ten of 60; more than half of them by chance happens once in 10^15 runs.
fn few_are_recorded(seen: &Seen) -> Fact {
    let recorded = seen.named("GET /cars/{id}").len();
    if recorded <= 30 {
        return Ok(());
    }
    let message = format!("{recorded} of 60 requests are recorded because a stranger wants it so");
    Err(Diagnosis::new(Code::TooExpensive, message).into())
}
