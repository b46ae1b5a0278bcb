//! The same relations through each channel of tokio.

#![cfg(feature = "tokio")]

mod common;

use common::{Spans, is_child, only_links};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use traced_envelope::{
    Envelope, Handled, Relation,
    channel::{RecvOpened, SendSealed, SendSealedAsync},
};
use tracing::{Instrument, info_span};

fn process<M>((message, handled): (M, Handled)) -> M {
    handled.span(|| info_span!("process")).in_scope(|| message)
}

#[tokio::test]
async fn mpsc_seals_when_the_sending_is_polled() {
    let spans = Spans::here();
    let (sender, mut receiver) = mpsc::channel(1);
    let sending = sender.send_sealed("golf", Relation::Link);
    let sent = sending.instrument(info_span!("send")).await;
    sent.expect("the receiver is there");
    assert_eq!(receiver.recv_opened().await.map(process), Some("golf"));
    assert!(only_links(&spans.one("process"), &spans.one("send")));
    drop(receiver);
    let refused = sender.send_sealed("polo", Relation::Link).await;
    assert_eq!(refused.expect_err("nobody is there").0.message(), &"polo");
}

#[tokio::test]
async fn an_unbounded_mpsc_carries_a_child() {
    let spans = Spans::here();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    info_span!("ask")
        .in_scope(|| sender.send_sealed("golf", Relation::Child))
        .expect("the receiver is there");
    assert_eq!(receiver.recv_opened().await.map(process), Some("golf"));
    assert!(is_child(&spans.one("process"), &spans.one("ask")));
    drop(sender);
    assert!(receiver.recv_opened().await.is_none());
}

#[tokio::test]
async fn a_oneshot_carries_the_reply() {
    let spans = Spans::here();
    let (sender, mut receiver) = oneshot::channel();
    info_span!("answer")
        .in_scope(|| sender.send_sealed(17_500, Relation::Link))
        .expect("the receiver is there");
    let received = receiver.recv_opened().await.expect("the sender answered");
    assert_eq!(process(received), 17_500);
    assert!(only_links(&spans.one("process"), &spans.one("answer")));
}

#[tokio::test]
async fn a_broadcast_is_one_sender_and_a_link_from_each_receiver() {
    let spans = Spans::here();
    let (sender, first) = broadcast::channel(4);
    let receivers = [first, sender.subscribe(), sender.subscribe()];
    let count = info_span!("publish").in_scope(|| sender.send_sealed(7, Relation::Link));
    assert_eq!(count.expect("three are there"), 3);
    for mut receiver in receivers {
        let received = receiver.recv_opened().await.expect("it was sent");
        assert_eq!(process(received), 7);
    }
    let publish = spans.one("publish");
    let processed = spans.named("process");
    assert_eq!(processed.len(), 3);
    assert!(processed.iter().all(|span| only_links(span, &publish)));
}

#[tokio::test]
async fn a_watch_links_to_whoever_sent_what_is_there() {
    let spans = Spans::here();
    let (sender, mut receiver) = watch::channel(Envelope::seal(0, Relation::None));
    for (name, price) in [("overwritten", 1), ("seen", 2)] {
        info_span!("send", otel.name = name)
            .in_scope(|| sender.send_sealed(price, Relation::Link))
            .expect("the receiver is there");
    }
    let received = receiver.recv_opened().await.expect("the sender is there");
    assert_eq!(process(received), 2);
    assert!(only_links(&spans.one("process"), &spans.one("seen")));
    drop(sender);
    assert!(receiver.recv_opened().await.is_err());
}
