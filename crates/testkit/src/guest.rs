//! Guests of a test: parties that are no process of ours, such as the browser of a page. They call
//! services through taps of their own, and what they leave for the report comes from the test itself.

use std::{
    collections::BTreeMap,
    mem, panic,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use course::Exit;
use trace_model::Span;
use trace_shape::Diagnosis;

use crate::drive::Client;

/// How long spans are waited for that nobody saw end.
pub(crate) const ON_THE_WAY: Duration = Duration::from_secs(5);

/// What guests left behind.
#[derive(Debug, Default)]
pub(crate) struct Left {
    inner: Mutex<Things>,
}

/// What guests said, and files that they left.
#[derive(Debug, Default)]
pub(crate) struct Things {
    /// What each of them said.
    pub(crate) said: BTreeMap<String, String>,
    /// Files by the end of their name, for the run's folder if the verdict is not good.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

impl Left {
    fn inner(&self) -> MutexGuard<'_, Things> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything, which is gone from here then.
    pub(crate) fn take(&self) -> Things {
        mem::take(&mut *self.inner())
    }
}

/// Guests in the list of those who said something.
pub(crate) fn exits(said: &BTreeMap<String, String>) -> impl Iterator<Item = Exit> {
    said.iter().map(|(guest, said)| Exit {
        service: guest.clone(),
        how: "is no process of the test".to_owned(),
        output: said.clone(),
    })
}

impl Client {
    /// The address of a service for a guest, without a slash at the end. It leads through a tap of the
    /// guest's own.
    ///
    /// # Panics
    /// When the test has no such guest, or no such service.
    #[must_use]
    pub fn url(&self, guest: &str, service: &str) -> String {
        let url = self.urls_of(guest).remove(service);
        url.unwrap_or_else(|| panic!("this test has no guest `{guest}` of a service `{service}`"))
    }

    /// Puts a line into the report, as if the guest had printed it; once, however often it is told.
    pub fn tell(&self, guest: &str, line: &str) {
        let mut left = self.left().inner();
        let said = left.said.entry(guest.to_owned()).or_default();
        if !said.lines().any(|known| known == line) {
            said.push_str(line);
            said.push('\n');
        }
    }

    /// Keeps a file, the first of its name, for the case that the verdict is not good: it then lies
    /// beside the record of the test, and the report says where, among what the guest said.
    pub fn keep(&self, guest: &str, file: &str, content: Vec<u8>) {
        let mut left = self.left().inner();
        left.said.entry(guest.to_owned()).or_default();
        let name = format!("{guest}.{file}");
        left.files.entry(name).or_insert(content);
    }

    /// Ends the test with what is wrong, as the one cause of all else: what comes after it would tell
    /// nothing more.
    ///
    /// # Panics
    /// That is how it ends.
    pub fn give_up(&self, diagnosis: Diagnosis) -> ! {
        panic::resume_unwind(Box::new(diagnosis))
    }

    /// Waits for spans that are on their way by ways that no witness sees, such as those of a page that
    /// was left. False when what has arrived is not as it is asked for within five seconds: what is
    /// missing is then for the shape to say.
    pub fn received(&self, enough: impl FnMut(&[Span]) -> bool) -> bool {
        let left = self.deadline().saturating_duration_since(Instant::now());
        self.receiver().wait_until(left.min(ON_THE_WAY), enough)
    }
}
