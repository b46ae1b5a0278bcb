//! The same relations through the mailbox of an actor.

#![cfg(feature = "ractor")]

mod common;

use std::time::Duration;

use common::{Spans, is_child, only_links};
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, rpc::CallResult};
use ractor_cluster_derive::RactorMessage;
use tokio::sync::oneshot;
use traced_envelope::{Envelope, Relation, actor::SealedActor};
use tracing::{Instrument, info_span};

#[derive(RactorMessage)]
enum Pricing {
    Price(Envelope<u32>, RpcReplyPort<u32>),
    Reprice(Envelope<u32>),
    /// Waits for a permission, and says that the message before it has been handled.
    Pause(oneshot::Receiver<()>),
    Ignore(
        #[allow(dead_code, reason = "kept, and never answered")] Envelope<u32>,
        RpcReplyPort<u32>,
    ),
}

struct Pricer;

impl Actor for Pricer {
    type Msg = Pricing;
    type State = Vec<RpcReplyPort<u32>>;
    type Arguments = ();

    async fn pre_start(
        &self,
        _: ActorRef<Pricing>,
        (): (),
    ) -> Result<Self::State, ActorProcessingErr> {
        Ok(Vec::new())
    }

    async fn handle(
        &self,
        _: ActorRef<Pricing>,
        message: Pricing,
        unanswered: &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Pricing::Price(envelope, reply) => {
                let (car, handled) = envelope.open();
                let span = handled.span(|| info_span!("process"));
                span.in_scope(|| reply.send(car * 2_500))?;
            }
            Pricing::Reprice(envelope) => {
                let (_, handled) = envelope.open();
                handled.span(|| info_span!("process")).in_scope(|| {});
            }
            Pricing::Pause(permission) => permission.await?,
            Pricing::Ignore(_, reply) => unanswered.push(reply),
        }
        Ok(())
    }
}

async fn pricer() -> ActorRef<Pricing> {
    let (pricer, _) = Actor::spawn(None, Pricer, ()).await.expect("it starts");
    pricer
}

#[tokio::test]
async fn a_call_is_a_child_and_the_reply_comes_back() {
    let spans = Spans::here();
    let pricer = pricer().await;
    let asking = pricer.call_sealed(7, Relation::Child, None, Pricing::Price);
    let answer = asking.instrument(info_span!("ask")).await;
    let answer = answer.expect("the actor takes messages");
    assert!(matches!(answer, CallResult::Success(17_500)), "{answer:?}");
    assert!(is_child(&spans.one("process"), &spans.one("ask")));
}

#[tokio::test]
async fn a_cast_is_linked_and_its_sender_has_ended_while_it_waits() {
    let spans = Spans::here();
    let pricer = pricer().await;
    let (permit, permission) = oneshot::channel();
    pricer
        .cast(Pricing::Pause(permission))
        .expect("it is there");
    info_span!("send")
        .in_scope(|| pricer.cast_sealed(7, Relation::Link, Pricing::Reprice))
        .expect("it is there");
    assert_eq!(
        spans.named("send").len(),
        1,
        "the mailbox keeps no span open"
    );
    permit.send(()).expect("the actor waits");
    pricer.stop_and_wait_for_all().await;
    assert!(only_links(&spans.one("process"), &spans.one("send")));
}

#[tokio::test]
async fn a_call_ends_with_its_limit_or_with_the_actor() {
    let pricer = pricer().await;
    let limit = Some(Duration::from_millis(1));
    let answer = pricer
        .call_sealed(7, Relation::Child, limit, Pricing::Ignore)
        .await;
    assert!(matches!(answer, Ok(CallResult::Timeout)), "{answer:?}");
    let calling = pricer.call_sealed(7, Relation::Child, None, Pricing::Ignore);
    let (answer, ()) = tokio::join!(calling, pricer.stop_and_wait_for_all());
    assert!(matches!(answer, Ok(CallResult::SenderError)), "{answer:?}");
    let refused = pricer
        .call_sealed(7, Relation::Child, None, Pricing::Price)
        .await;
    assert!(refused.is_err(), "{refused:?}");
}

/// Lets an actor handle what it has and ends it.
trait Drained {
    async fn stop_and_wait_for_all(&self);
}

impl Drained for ActorRef<Pricing> {
    async fn stop_and_wait_for_all(&self) {
        let limit = Some(Duration::from_secs(10));
        let ended = self.drain_and_wait(limit).await;
        ended.expect("the actor handles what it has");
    }
}
