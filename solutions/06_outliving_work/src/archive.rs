//! Where audits go. It takes them when the customer has the answer. Nothing to do in here.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::sleep};
use tracing::instrument;

/// How long the archive takes before it writes.
const DELAY: Duration = Duration::from_millis(15);

/// An archive of audits; clones are the same archive.
#[derive(Clone, Debug)]
pub struct Archive {
    answered: Arc<watch::Sender<bool>>,
    written: Arc<Mutex<Vec<String>>>,
}

impl Archive {
    /// An archive that takes nothing yet.
    #[must_use]
    pub fn closed() -> Self {
        Self {
            answered: Arc::new(watch::Sender::new(false)),
            written: Arc::default(),
        }
    }

    /// The customers have their answers: from now on the archive takes audits.
    pub fn open(&self) {
        self.answered.send_replace(true);
    }

    /// How many audits wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.answered.receiver_count()
    }

    /// What has been written, in alphabetical order.
    #[must_use]
    pub fn written(&self) -> Vec<String> {
        let mut written = self.lock().clone();
        written.sort();
        written
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Audits a search that found so many cars: waits until the archive is open and ready, and writes.
pub(crate) async fn audit(archive: Archive, query: String, found: usize) {
    let mut answered = archive.answered.subscribe();
    // The archive is here, so its sender is.
    let _ = answered.wait_for(|answered| *answered).await;
    sleep(DELAY).await;
    write(&archive, format!("{query}: {found}"));
}

#[instrument(name = "write audit", skip_all, fields(workshop.customer = crate::customer()))]
fn write(archive: &Archive, line: String) {
    archive.lock().push(line);
}
