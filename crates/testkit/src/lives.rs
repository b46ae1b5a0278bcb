//! What a test does to the processes of its services: it kills them, stops them, starts them again.

use std::{panic, time::Instant};

use rustix::process::Signal;

use crate::{
    drive::{CallFailed, Client},
    guest::ON_THE_WAY,
    process::Handle,
};

impl Client {
    /// Kills the process of a service (SIGKILL), and waits until it is gone.
    ///
    /// # Panics
    /// When the test has no such service.
    pub fn kill(&self, service: &str) {
        let gone = self.process(service).kill(self.deadline());
        assert!(gone, "{service} was killed and is still there");
    }

    /// Stops the process of a service, so that it does nothing until it goes on (SIGSTOP).
    ///
    /// # Panics
    /// When the test has no such service.
    pub fn pause(&self, service: &str) {
        self.process(service).pause();
    }

    /// Lets a paused service go on (SIGCONT).
    ///
    /// # Panics
    /// When the test has no such service.
    pub fn resume(&self, service: &str) {
        self.process(service).signal(Signal::CONT);
    }

    /// Starts a service again that was killed, by the same addresses, and waits until it listens.
    ///
    /// # Panics
    /// When the test has no such service, or it does not listen by the time limit of the test: the
    /// verdict then says why.
    pub fn start_again(&self, service: &str) {
        let started = crate::harness(self.processes().again(service));
        assert!(started, "this test has no service `{service}`");
        let port = self.processes().board().port_of(service, self.deadline());
        if port.is_none() {
            panic::resume_unwind(Box::new(CallFailed {
                service: service.to_owned(),
                why: format!("{service} was started again, and does not listen"),
                timed_out: Instant::now() >= self.deadline(),
            }));
        }
    }

    /// Waits until a service has no span open, and all that it ended have arrived, as long as
    /// [`Client::received`] does: what it is killed with is then lost by nobody's fault.
    ///
    /// # Panics
    /// When the test has no such service.
    pub fn settled(&self, service: &str) -> bool {
        let _ = self.process(service);
        let deadline = Instant::now() + ON_THE_WAY;
        self.processes()
            .settled(service, deadline.min(self.deadline()))
    }

    fn process(&self, service: &str) -> Handle {
        let found = self.processes().handle(service);
        found.unwrap_or_else(|| panic!("this test has no service `{service}`"))
    }
}
