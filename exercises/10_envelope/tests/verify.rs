//! Whoever handles a message has a span that is to its sender's what the envelope says.

mod carriers;

use std::{cell::RefCell, collections::HashMap};

use envelope::{Evening, evening};
use opentelemetry::{Context, propagation::TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use testkit::{Code, Diagnosis, Exercise, Fact, Seen, about_span, exercise, expect_eq};
use tracing::Span;

/// Judges an evening in the shop, whose visitors come within the span of `request`.
fn judge(test: Exercise, request: fn() -> Span, fact: fn(&Seen, &[String]) -> Fact, shape: &str) {
    let sent = RefCell::new(Vec::new());
    test.current_thread()
        .call_async("search", async || evening(request).await)
        .expect(|answer: &Result<Evening, String>| {
            let told = answer.clone()?;
            let right = ([Some(18_425), Some(11_800)], [Some(19_350), Some(14_500)]);
            let answers = (told.prices, told.values);
            expect_eq(answers, right, "prices and values must stay the same")?;
            let done = told.done.entries().len();
            let arrived = (told.indexed, told.visits, told.sent.len(), done);
            expect_eq(arrived, (6, 3, 4, 8), "every message must be handled once")?;
            sent.replace(told.sent);
            Ok(())
        })
        .fact(|seen| fact(seen, &sent.borrow()))
        .verdict(shape);
}

#[test]
fn a_call_is_a_child_a_cast_a_link_and_a_visit_nothing() {
    let shape = include_str!("../expected.shape");
    judge(exercise!(), Span::none, carriers::cross_nodes, shape);
}

#[test]
fn no_child_and_no_link_of_an_unsampled_request_is_recorded() {
    let shape = "search internal \"count visits\"\nsearch internal \"count visit\" x3\n...";
    judge(exercise!(), unsampled, nothing_was_recorded, shape);
}

fn nothing_was_recorded(seen: &Seen, sent: &[String]) -> Fact {
    for name in ["price car", "value car", "index price", "mail valuation"] {
        let mut spans = seen.named(name);
        spans.retain(|span| name != "index price" || !span.links.is_empty());
        if let Some(span) = spans.first() {
            let message = format!("`{name}` was recorded, and its request is not sampled");
            return Err(about_span(Code::UnexpectedSpan, span, message).into());
        }
    }
    let message = "what another node receives does not say that its sender is unsampled";
    let lost = Diagnosis::new(Code::LostContext, message).into();
    let unsampled = sent.iter().filter(|line| line.contains("-00\"")).count();
    [0, 4].contains(&unsampled).then_some(()).ok_or(lost)
}

/// The span of a request whose caller does not record its trace.
fn unsampled() -> Span {
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let headers = HashMap::from([("traceparent".to_owned(), traceparent.to_owned())]);
    let caller = TraceContextPropagator::new().extract_with_context(&Context::new(), &headers);
    let _current = caller.attach();
    tracing::info_span!("GET /cars/{id}", otel.kind = "server")
}
