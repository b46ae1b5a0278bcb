//! Envelopes through the channels of `tokio::sync`.
//!
//! A channel of [`Envelope<M>`] is a channel like any other; these traits take the sealing and the
//! opening off your hands.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use tokio::sync::mpsc;
//! use tracing::{Instrument, info_span};
//! use traced_envelope::{Relation, channel::{RecvOpened, SendSealedAsync}};
//!
//! let (sender, mut receiver) = mpsc::channel(8);
//! let span = info_span!("send query", otel.kind = "producer");
//! sender.send_sealed("golf", Relation::Link).instrument(span).await?;
//!
//! if let Some((query, handled)) = receiver.recv_opened().await {
//!     let span = handled.span(|| info_span!("process query", otel.kind = "consumer"));
//!     span.in_scope(|| assert_eq!(query, "golf"));
//! }
//! # Ok(()) }
//! ```

use std::future::Future;

use tokio::sync::{
    broadcast::{self, error::RecvError as BroadcastError},
    mpsc,
    oneshot::{self, error::RecvError as OneshotError},
    watch::{self, error::RecvError as WatchError},
};

use crate::{Envelope, Handled, Relation};

/// Seals a message and sends it at once.
pub trait SendSealed<M> {
    /// What sending returns.
    type Sent;

    /// Seals a message in the current context and sends it.
    fn send_sealed(self, message: M, relation: Relation) -> Self::Sent;
}

/// Seals a message and sends it when there is room.
pub trait SendSealedAsync<M> {
    /// Seals a message and sends it when there is room. The context is the one that is current when
    /// this is first polled, so that `.instrument(span)` does what it says.
    ///
    /// # Errors
    /// Gives the envelope back if there is no receiver any more.
    fn send_sealed(
        &self,
        message: M,
        relation: Relation,
    ) -> impl Future<Output = Result<(), mpsc::error::SendError<Envelope<M>>>> + Send;
}

/// Receives a message and opens it.
pub trait RecvOpened {
    /// What receiving returns.
    type Received;

    /// Waits for the next message and opens it.
    fn recv_opened(&mut self) -> impl Future<Output = Self::Received> + Send;
}

impl<M: Send> SendSealedAsync<M> for mpsc::Sender<Envelope<M>> {
    async fn send_sealed(
        &self,
        message: M,
        relation: Relation,
    ) -> Result<(), mpsc::error::SendError<Envelope<M>>> {
        self.send(Envelope::seal(message, relation)).await
    }
}

impl<M> SendSealed<M> for &mpsc::UnboundedSender<Envelope<M>> {
    type Sent = Result<(), mpsc::error::SendError<Envelope<M>>>;

    fn send_sealed(self, message: M, relation: Relation) -> Self::Sent {
        self.send(Envelope::seal(message, relation))
    }
}

impl<M: Send> RecvOpened for mpsc::Receiver<Envelope<M>> {
    type Received = Option<(M, Handled)>;

    async fn recv_opened(&mut self) -> Self::Received {
        self.recv().await.map(Envelope::open)
    }
}

impl<M: Send> RecvOpened for mpsc::UnboundedReceiver<Envelope<M>> {
    type Received = Option<(M, Handled)>;

    async fn recv_opened(&mut self) -> Self::Received {
        self.recv().await.map(Envelope::open)
    }
}

/// The error is the envelope, as it is for the bare channel.
impl<M> SendSealed<M> for oneshot::Sender<Envelope<M>> {
    type Sent = Result<(), Envelope<M>>;

    fn send_sealed(self, message: M, relation: Relation) -> Self::Sent {
        self.send(Envelope::seal(message, relation))
    }
}

/// A second call after the first has returned panics, as it does for the bare channel.
impl<M: Send> RecvOpened for oneshot::Receiver<Envelope<M>> {
    type Received = Result<(M, Handled), OneshotError>;

    async fn recv_opened(&mut self) -> Self::Received {
        self.await.map(Envelope::open)
    }
}

/// One envelope, of which each receiver gets a clone: one sender's span, a link from each receiver.
impl<M> SendSealed<M> for &broadcast::Sender<Envelope<M>> {
    type Sent = Result<usize, broadcast::error::SendError<Envelope<M>>>;

    fn send_sealed(self, message: M, relation: Relation) -> Self::Sent {
        self.send(Envelope::seal(message, relation))
    }
}

impl<M: Clone + Send> RecvOpened for broadcast::Receiver<Envelope<M>> {
    type Received = Result<(M, Handled), BroadcastError>;

    async fn recv_opened(&mut self) -> Self::Received {
        self.recv().await.map(Envelope::open)
    }
}

impl<M> SendSealed<M> for &watch::Sender<Envelope<M>> {
    type Sent = Result<(), watch::error::SendError<Envelope<M>>>;

    fn send_sealed(self, message: M, relation: Relation) -> Self::Sent {
        self.send(Envelope::seal(message, relation))
    }
}

/// Waits for a change, and opens a clone of what is there then: a value that was overwritten before
/// is seen by nobody.
impl<M: Clone + Send + Sync> RecvOpened for watch::Receiver<Envelope<M>> {
    type Received = Result<(M, Handled), WatchError>;

    async fn recv_opened(&mut self) -> Self::Received {
        self.changed().await?;
        let envelope = self.borrow_and_update().clone();
        Ok(envelope.open())
    }
}
