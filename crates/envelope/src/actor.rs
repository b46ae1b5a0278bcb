//! Envelopes to the actors of `ractor`.
//!
//! The message of the actor stays your own type, and is a `ractor::Message` as ractor's features
//! want it: every type is one, or, with its feature `cluster`, every type that derives
//! `RactorMessage`. One of its variants holds an [`Envelope`].
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};
//! use ractor_cluster_derive::RactorMessage; // only with ractor's feature `cluster`
//! use tracing::info_span;
//! use traced_envelope::{Envelope, Relation, actor::SealedActor};
//!
//! #[derive(RactorMessage)]
//! enum Pricing {
//!     Price(Envelope<u32>, RpcReplyPort<u32>),
//! }
//!
//! struct Pricer;
//! impl Actor for Pricer {
//!     type Msg = Pricing;
//!     type State = ();
//!     type Arguments = ();
//!     async fn pre_start(&self, _: ActorRef<Pricing>, _: ()) -> Result<(), ActorProcessingErr> {
//!         Ok(())
//!     }
//!     async fn handle(
//!         &self,
//!         _: ActorRef<Pricing>,
//!         Pricing::Price(asked, reply): Pricing,
//!         _: &mut (),
//!     ) -> Result<(), ActorProcessingErr> {
//!         let (car, handled) = asked.open();
//!         let span = handled.span(|| info_span!("price car", otel.kind = "server"));
//!         Ok(span.in_scope(|| reply.send(car * 2_500))?)
//!     }
//! }
//!
//! let (pricer, _) = Actor::spawn(None, Pricer, ()).await?;
//! let price = pricer.call_sealed(7, Relation::Child, None, Pricing::Price).await?;
//! assert_eq!(price.success_or("no price")?, 17_500);
//! # Ok(()) }
//! ```

use std::{future::Future, time::Duration};

use ractor::{ActorRef, Message, MessagingErr, RpcReplyPort, rpc::CallResult};
use tracing::{Dispatch, dispatcher};

use crate::{Envelope, Relation};

/// Seals what an actor is sent.
///
/// With its feature `message_span_propogation`, which is on by default, ractor keeps the sender's
/// span in each message and runs the handler within it: the span stays open until the message has
/// been handled. What is sent from here holds no span; the envelope says all that the handler needs.
pub trait SealedActor<T: Message> {
    /// Seals `message` in the current context, makes the actor's own message of it, and sends that.
    ///
    /// # Errors
    /// The actor takes no messages any more.
    fn cast_sealed<M>(
        &self,
        message: M,
        relation: Relation,
        wrap: impl FnOnce(Envelope<M>) -> T,
    ) -> Result<(), MessagingErr<T>>;

    /// The same, and waits for the reply. The context is the one that is current when this is first
    /// polled, so that `.instrument(span)` does what it says.
    ///
    /// # Errors
    /// The actor takes no messages any more. A reply that does not come is no error but a
    /// [`CallResult`].
    fn call_sealed<M: Send, R: Send + 'static>(
        &self,
        message: M,
        relation: Relation,
        timeout: Option<Duration>,
        wrap: impl FnOnce(Envelope<M>, RpcReplyPort<R>) -> T + Send,
    ) -> impl Future<Output = Result<CallResult<R>, MessagingErr<T>>> + Send;
}

impl<T: Message + Sync> SealedActor<T> for ActorRef<T> {
    fn cast_sealed<M>(
        &self,
        message: M,
        relation: Relation,
        wrap: impl FnOnce(Envelope<M>) -> T,
    ) -> Result<(), MessagingErr<T>> {
        let message = wrap(Envelope::seal(message, relation));
        holding_no_span(|| self.cast(message))
    }

    async fn call_sealed<M: Send, R: Send + 'static>(
        &self,
        message: M,
        relation: Relation,
        timeout: Option<Duration>,
        wrap: impl FnOnce(Envelope<M>, RpcReplyPort<R>) -> T + Send,
    ) -> Result<CallResult<R>, MessagingErr<T>> {
        let (sender, receiver) = ractor::concurrency::oneshot();
        let port = match timeout {
            Some(limit) => (sender, limit).into(),
            None => sender.into(),
        };
        let message = wrap(Envelope::seal(message, relation), port);
        holding_no_span(|| self.cast(message))?;
        let Some(limit) = timeout else {
            return Ok(receiver
                .await
                .map_or(CallResult::SenderError, CallResult::Success));
        };
        Ok(match ractor::concurrency::timeout(limit, receiver).await {
            Ok(reply) => reply.map_or(CallResult::SenderError, CallResult::Success),
            Err(_) => CallResult::Timeout,
        })
    }
}

/// Runs `send` where no span is current: without a subscriber there is none that ractor could keep.
fn holding_no_span<T>(send: impl FnOnce() -> T) -> T {
    dispatcher::with_default(&Dispatch::none(), send)
}
