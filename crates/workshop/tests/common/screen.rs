//! What a running program prints, waited for and never slept for.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "a module of several tests"
)]

use std::{
    io::Read,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

const LIMIT: Duration = Duration::from_secs(60);

#[derive(Clone, Default)]
pub struct Screen(Arc<(Mutex<(String, bool)>, Condvar)>);

impl Screen {
    /// Collects what `from` gives until its end.
    pub fn read(&self, mut from: impl Read + Send + 'static) {
        let screen = self.clone();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
                screen.0.0.lock().unwrap().0.push_str(&text);
                screen.0.1.notify_all();
            }
            screen.0.0.lock().unwrap().1 = true;
            screen.0.1.notify_all();
        });
    }

    /// Waits for `text`, and returns what was printed up to its end. The next wait begins there.
    pub fn expect(&self, text: &str) -> String {
        self.wait(text, |seen| seen.find(text).map(|at| at + text.len()))
    }

    fn wait(&self, what: &str, found: impl Fn(&str) -> Option<usize>) -> String {
        let deadline = Instant::now() + LIMIT;
        let mut state = self.0.0.lock().unwrap();
        loop {
            if let Some(end) = found(&state.0) {
                let rest = state.0.split_off(end);
                return std::mem::replace(&mut state.0, rest);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !state.1, "no {what:?} in:\n{}", state.0);
            state = self.0.1.wait_timeout(state, left).unwrap().0;
        }
    }
}

/// Looks until it is so. For what announces itself to nobody, such as a port that closes.
pub fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !so() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
