//! The page that stands at the book's address until the book does.

use std::net::TcpListener;

use trace_lab::ports::holder;

use super::door::{Answer, Door};
use crate::Problem;

const FIRST: u16 = 3000;
const LAST: u16 = 3099;

/// Status 503 means "not yet": the page looks until it gets another answer. Without script the
/// browser loads it anew by itself.
const PAGE: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The book is being built</title>
<noscript><meta http-equiv="refresh" content="3"></noscript>
<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem;
color:#222;background:#fff}@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}}</style>
</head><body><h1>The book is being built</h1>
<p role="status">Your machine compiles it once, behind your first verdict. This page turns into the
book by itself.</p>
<p>The terminal shows how far it is. You can begin with the exercise meanwhile.</p>
<script>
setInterval(async () => {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.status !== 503) location.reload();
  } catch { /* the port changes hands */ }
}, 500);
</script></body></html>
"#;

/// Holds the port until it is dropped.
pub(crate) struct Waiting {
    door: Door,
    address: String,
    /// Who holds the usual port, where another one was taken.
    pub(crate) note: Option<String>,
}

impl Waiting {
    /// Serves the page at port 3000 (or what `WORKSHOP_BOOK_PORT` says), or at the next one that is
    /// free.
    ///
    /// # Errors
    /// When no port can be had.
    pub(crate) fn start() -> Result<Self, Problem> {
        let wanted = std::env::var("WORKSHOP_BOOK_PORT").ok();
        let wanted = wanted.and_then(|port| port.parse().ok());
        Self::start_at(wanted.unwrap_or(FIRST))
    }

    fn start_at(first: u16) -> Result<Self, Problem> {
        let ports = (first..=first.max(LAST)).chain([0]);
        let mut bound = ports.map(|port| TcpListener::bind(("127.0.0.1", port)));
        let listener = bound.find_map(Result::ok);
        let none = || Problem::new("no port is free for the book", "cargo workshop doctor");
        let listener = listener.ok_or_else(none)?;
        let door = Door::open(listener, |_| Answer::html("503 Service Unavailable", PAGE));
        let door = door.map_err(|error| Problem::new(error.to_string(), "try again"))?;
        let address = door.address();
        let note = (first != 0 && door.port() != first).then(|| {
            let who = holder(first).map_or_else(
                || "another user's program".to_owned(),
                |who| who.to_string(),
            );
            format!("Port {first} is held by {who}; the book is at {address} instead.")
        });
        Ok(Self {
            door,
            address,
            note,
        })
    }

    /// Without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn port(&self) -> u16 {
        self.door.port()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http;

    #[test]
    fn the_page_says_so_and_gives_its_port_back() {
        let waiting = Waiting::start_at(0).unwrap();
        let answer = http::get(&format!("{}/part2/05-tasks.html", waiting.address())).unwrap();
        assert_eq!(answer.status, 503);
        assert!(answer.body.contains("The book is being built"));
        let port = waiting.port();
        drop(waiting);
        TcpListener::bind(("127.0.0.1", port)).unwrap();
    }

    #[test]
    fn a_held_port_is_named_and_another_one_taken() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = held.local_addr().unwrap().port();
        let waiting = Waiting::start_at(port).unwrap();
        assert_ne!(waiting.port(), port);
        let note = waiting.note.as_deref().unwrap();
        assert!(
            note.contains(&format!("process {}", std::process::id())),
            "{note}"
        );
        assert!(note.contains(waiting.address()));
    }
}
