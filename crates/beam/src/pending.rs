//! Calls that wait for an answer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use erl_dist::term::Term;
use tokio::sync::oneshot;

use crate::link::CallError;

pub(crate) type Answer = Result<Term, CallError>;

/// Calls by the number of their reference.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pending(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    calls: HashMap<Vec<u32>, oneshot::Sender<Answer>>,
    /// The connection is gone, so that no answer will come any more.
    closed: bool,
}

impl Pending {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the answer to that call.
    pub(crate) fn wait(&self, call: Vec<u32>) -> oneshot::Receiver<Answer> {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.lock();
        if waiting.closed {
            // Nobody waits yet: the receiver is right here.
            let _ = sender.send(Err(CallError::NoConnection));
        } else {
            waiting.calls.insert(call, sender);
        }
        receiver
    }

    /// Gives a call its answer. One that nobody waits for any more is dropped.
    pub(crate) fn answer(&self, call: &[u32], answer: Answer) {
        if let Some(sender) = self.lock().calls.remove(call) {
            let _ = sender.send(answer);
        }
    }

    pub(crate) fn forget(&self, call: &[u32]) {
        self.lock().calls.remove(call);
    }

    /// Tells everybody who waits that the connection is gone.
    pub(crate) fn close(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        for (_, sender) in waiting.calls.drain() {
            let _ = sender.send(Err(CallError::NoConnection));
        }
    }
}
