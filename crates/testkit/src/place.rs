//! What a service is given, and what it may end with.

use std::{env, fmt::Display, io, net::TcpListener};

use crate::control::{Teller, Told};

/// Where a service stands: its port, and the addresses of the others.
#[derive(Debug)]
pub struct Place {
    teller: Teller,
}

impl Place {
    pub(crate) fn new(teller: Teller) -> Self {
        Self { teller }
    }

    /// A listener on a free port of this machine, ready for tokio (non-blocking).
    ///
    /// # Panics
    /// When the system gives no port.
    #[must_use]
    pub fn listener(&self) -> TcpListener {
        match self.bind() {
            Ok(listener) => listener,
            Err(error) => panic!("the system gives no port: {error}"),
        }
    }

    /// Says that something which this service has started listens on this port of 127.0.0.1.
    pub fn listens_on(&self, port: u16) {
        self.teller.tell(&Told::Listening(port));
    }

    fn bind(&self) -> io::Result<TcpListener> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        self.listens_on(listener.local_addr()?.port());
        Ok(listener)
    }

    /// The address of another service, host and port. It leads through the wire tap.
    ///
    /// # Panics
    /// When the test has no such service.
    #[must_use]
    pub fn address(&self, service: &str) -> String {
        let url = self.url(service);
        url.trim_start_matches("http://").to_owned()
    }

    /// The same as a URL, without a slash at the end.
    ///
    /// # Panics
    /// When the test has no such service.
    #[must_use]
    pub fn url(&self, service: &str) -> String {
        let variable = url_variable(service);
        env::var(&variable)
            .unwrap_or_else(|_| panic!("this test has no service `{service}` ({variable})"))
    }

    /// The address by which a guest of the test, such as a browser, knows a service (this one too), as a
    /// URL without a slash at the end: its origin.
    ///
    /// # Panics
    /// When the test has no such guest, or no such service.
    #[must_use]
    pub fn url_for(&self, guest: &str, service: &str) -> String {
        let variable = guest_url_variable(guest, service);
        env::var(&variable).unwrap_or_else(|_| {
            panic!("this test has no guest `{guest}` of a service `{service}` ({variable})")
        })
    }
}

/// The variable that holds the address of a service: `WORKSHOP_CAR_PHOTOS_URL`.
pub(crate) fn url_variable(service: &str) -> String {
    let name = service.to_uppercase().replace(['-', '.'], "_");
    format!("WORKSHOP_{name}_URL")
}

/// The variable that holds the address of a service for a guest: `WORKSHOP_WEB_TO_SEARCH_URL`.
pub(crate) fn guest_url_variable(guest: &str, service: &str) -> String {
    url_variable(&format!("{guest}-to-{service}"))
}

/// What a service's future may end with: nothing, or an error that can be shown.
pub trait Outcome {
    /// The error in words.
    ///
    /// # Errors
    /// When the service failed.
    fn outcome(self) -> Result<(), String>;
}

impl Outcome for () {
    fn outcome(self) -> Result<(), String> {
        Ok(())
    }
}

impl<E: Display> Outcome for Result<(), E> {
    fn outcome(self) -> Result<(), String> {
        self.map_err(|error| error.to_string())
    }
}
