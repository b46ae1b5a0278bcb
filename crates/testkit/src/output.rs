//! The end of what a process printed.

use std::{
    collections::VecDeque,
    io::Read,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// How much of a process's output is kept: its end.
const KEPT: usize = 8 * 1024;

/// Reads a process's output for as long as somebody holds its other end, and keeps the last of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Output(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    closed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    tail: VecDeque<u8>,
    cut: bool,
    closed: bool,
    /// What libtest prints before the code does.
    prelude: String,
}

impl Output {
    /// Starts to read; `prelude` (or its first line) is left out.
    pub(crate) fn of(mut pipe: impl Read + Send + 'static, prelude: &str) -> Self {
        let output = Self::default();
        output.state().prelude = prelude.to_owned();
        let reader = output.clone();
        thread::spawn(move || {
            let mut buffer = [0; KEPT];
            while let Ok(read @ 1..) = pipe.read(&mut buffer) {
                reader.keep(&buffer[..read]);
            }
            reader.state().closed = true;
            reader.0.closed.notify_all();
        });
        output
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, bytes: &[u8]) {
        let mut state = self.state();
        state.tail.extend(bytes);
        let surplus = state.tail.len().saturating_sub(KEPT);
        state.cut |= surplus > 0;
        state.tail.drain(..surplus);
    }

    /// What was printed. Waits `limit` for the end: somebody whom the
    /// process started may hold it open for ever.
    pub(crate) fn text(&self, limit: Duration) -> String {
        let deadline = Instant::now() + limit;
        let mut state = self.state();
        while !state.closed {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.0.closed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let text = String::from_utf8_lossy(state.tail.make_contiguous()).into_owned();
        if state.cut {
            return format!("… (the last 8 KiB)\n{text}");
        }
        // On one core libtest names the test before it runs, on several after.
        let first = state
            .prelude
            .split_inclusive('\n')
            .take(2)
            .collect::<String>();
        let rest = text.strip_prefix(&state.prelude);
        let rest = rest.or_else(|| text.strip_prefix(&first));
        rest.unwrap_or(&text).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_flood_is_kept() {
        let flood = format!("{}\nthe end", "x".repeat(3 * KEPT));
        let text = Output::of(std::io::Cursor::new(flood), "").text(Duration::from_secs(5));
        assert!(text.starts_with("… (the last 8 KiB)"), "{text}");
        assert!(text.ends_with("the end"), "{text}");
        assert!(text.len() < KEPT + 40, "{}", text.len());
    }

    #[test]
    fn an_output_that_never_closes_is_not_waited_for() {
        let (reader, writer) = std::io::pipe().unwrap();
        let output = Output::of(reader, "");
        assert_eq!(output.text(Duration::from_millis(1)), "");
        drop(writer);
    }
}
