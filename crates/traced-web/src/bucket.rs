//! How often something may happen.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// A bucket of tokens: each second brings so many, and no more than so many are in it.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: f64,
    most: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// A full one.
    pub(crate) fn full(per_second: u32, most: u32, now: Instant) -> Self {
        let most = f64::from(most);
        Self {
            per_second: per_second.into(),
            most,
            state: Mutex::new(State {
                tokens: most,
                filled: now,
            }),
        }
    }

    /// Takes a token; false when there is none.
    pub(crate) fn take(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_duration_since(state.filled).as_secs_f64();
        state.tokens = (state.tokens + passed * self.per_second).min(self.most);
        state.filled = now;
        let there_is_one = state.tokens >= 1.0;
        if there_is_one {
            state.tokens -= 1.0;
        }
        there_is_one
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_bounded_and_time_brings_more() {
        let begin = Instant::now();
        let bucket = Bucket::full(2, 3, begin);
        let taken = |now: Instant| (0..10).filter(|_| bucket.take(now)).count();
        assert_eq!(taken(begin), 3);
        assert_eq!(taken(begin + Duration::from_millis(400)), 0);
        assert_eq!(taken(begin + Duration::from_secs(1)), 2);
        assert_eq!(
            taken(begin + Duration::from_secs(60)),
            3,
            "no more than it holds"
        );
    }
}
