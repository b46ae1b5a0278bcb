//! What the receiver's span is to the sender's, in each relation.

mod common;

use common::{Spans, is_child, only_links, same_trace};
use opentelemetry::{
    Context, KeyValue, SpanId,
    baggage::{Baggage, BaggageExt},
    trace::{Link, SpanKind, TraceContextExt, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{Sampler, SamplingDecision, SamplingResult, ShouldSample};
use traced_envelope::{Carrier, Envelope, Handled, Relation};
use tracing::info_span;

/// Sends within the span `send`, and handles within the span `process` while `other` is current.
fn cross(relation: Relation) {
    let sent = info_span!("send", otel.kind = "producer").in_scope(|| Envelope::seal(7, relation));
    info_span!("other").in_scope(|| {
        let (message, handled) = sent.open();
        assert_eq!(message, 7);
        process(&handled, || {});
    });
}

fn process(handled: &Handled, work: impl FnOnce()) {
    let span = handled.span(|| info_span!("process", otel.kind = "consumer"));
    span.in_scope(work);
}

#[test]
fn a_child_is_in_the_senders_trace() {
    let spans = Spans::here();
    cross(Relation::Child);
    let process = spans.one("process");
    assert!(is_child(&process, &spans.one("send")));
    assert_eq!(process.links.len(), 0);
    assert_eq!(process.span_kind, SpanKind::Consumer);
    assert!(process.parent_span_is_remote);
}

#[test]
fn a_link_is_a_root_of_its_own() {
    let spans = Spans::here();
    cross(Relation::Link);
    assert!(only_links(&spans.one("process"), &spans.one("send")));
    assert!(!same_trace(&spans.one("process"), &spans.one("other")));
}

/// Samples what has a link when it starts.
#[derive(Clone, Debug)]
struct Linked;

impl ShouldSample for Linked {
    fn should_sample(
        &self,
        _: Option<&Context>,
        _: TraceId,
        _: &str,
        _: &SpanKind,
        _: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        SamplingResult {
            decision: match links {
                [] => SamplingDecision::Drop,
                _ => SamplingDecision::RecordAndSample,
            },
            attributes: Vec::new(),
            trace_state: TraceState::NONE,
        }
    }
}

#[test]
fn a_sampler_sees_the_link_when_the_span_starts() {
    let spans = Spans::sampled_by(Linked);
    let carrier = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let carrier = Carrier::from_headers(carrier, "", "");
    let (_, handled) = Envelope::with_carrier((), Relation::Link, carrier).open();
    process(&handled, || {});
    assert_eq!(spans.one("process").links.len(), 1);
}

#[test]
fn nothing_crosses_with_none() {
    let spans = Spans::here();
    cross(Relation::None);
    let process = spans.one("process");
    assert_eq!(process.parent_span_id, SpanId::INVALID);
    assert_eq!(process.links.len(), 0);
    assert!(!same_trace(&process, &spans.one("send")));
    assert!(!same_trace(&process, &spans.one("other")));
}

#[test]
fn sealing_without_a_span_gives_a_root() {
    let spans = Spans::here();
    for relation in [Relation::Child, Relation::Link] {
        let (_, handled) = Envelope::seal((), relation).open();
        process(&handled, || {});
    }
    for process in spans.named("process") {
        assert_eq!(process.parent_span_id, SpanId::INVALID);
        assert_eq!(process.links.len(), 0);
    }
    assert_eq!(spans.ended().len(), 2);
}

#[test]
fn an_envelope_keeps_no_span_open() {
    let spans = Spans::here();
    let envelope = info_span!("send").in_scope(|| Envelope::seal((), Relation::Link));
    assert_eq!(spans.named("send").len(), 1, "ended before it is opened");
    drop(envelope);
}

#[test]
fn an_unsampled_sender_means_an_unsampled_receiver_whatever_the_relation() {
    // A sampler that takes every root: without the sender's decision it would take the receiver.
    let carrier = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let carrier = Carrier::from_headers(carrier, "", "");
    for relation in [Relation::Child, Relation::Link] {
        let spans = Spans::here();
        let (_, handled) = Envelope::with_carrier((), relation, carrier.clone()).open();
        process(&handled, || {
            let next = Carrier::current();
            assert!(!next.span_context().is_sampled(), "{relation:?}: {next:?}");
            assert!(next.span_context().is_valid(), "{relation:?}: it crosses");
            let (_, handled) = Envelope::seal((), relation).open();
            process(&handled, || {});
        });
        assert_eq!(spans.ended().len(), 0, "{relation:?}");
    }
}

#[test]
fn an_unsampled_span_is_sealed_as_one() {
    let spans = Spans::sampled_by(Sampler::AlwaysOff);
    info_span!("send").in_scope(|| {
        let carrier = Carrier::current();
        assert!(
            carrier
                .traceparent()
                .is_some_and(|header| header.ends_with("-00"))
        );
    });
    assert_eq!(spans.ended().len(), 0);
}

#[test]
fn baggage_is_current_within_the_receivers_span_and_goes_on() {
    for (relation, crosses) in [
        (Relation::Child, true),
        (Relation::Link, true),
        (Relation::None, false),
    ] {
        let spans = Spans::here();
        let customer = [KeyValue::new("customer", "7; of \"Köln\"")];
        let sent = info_span!("send").in_scope(|| {
            let _current = Context::current_with_baggage(customer).attach();
            Envelope::seal((), relation)
        });
        let (_, handled) = sent.open();
        process(&handled, || {
            let context = Context::current();
            let expected = crosses.then(|| "7; of \"Köln\"".to_owned());
            let there = context.baggage().get("customer").map(ToString::to_string);
            assert_eq!(there, expected, "{relation:?}");
            assert_eq!(Carrier::current().baggage().is_empty(), !crosses);
        });
        assert_eq!(spans.named("process").len(), 1);
    }
}

#[test]
fn a_filtered_subscriber_gets_no_span_and_nothing_panics() {
    let (_, handled) = Envelope::seal((), Relation::Link).open();
    let span = handled.span(|| info_span!("process"));
    assert!(span.is_disabled());
}

#[test]
fn a_carrier_is_read_as_a_propagator_would() {
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let carrier = Carrier::from_headers(traceparent, "a=1,b=2", "customer=7;ttl=1");
    let context = carrier.context();
    let span = context.span();
    assert!(span.span_context().is_remote());
    assert_eq!(span.span_context().trace_state().get("b"), Some("2"));
    let (_, metadata) = context
        .baggage()
        .get_with_metadata("customer")
        .expect("the baggage is there");
    assert_eq!(metadata.as_str(), "ttl=1");
    assert_eq!(Carrier::of(&context), carrier);
    let empty = Context::new().with_baggage(Baggage::new());
    assert_eq!(Carrier::of(&empty), Carrier::default());
}
