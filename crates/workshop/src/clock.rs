//! Times as names of files and folders.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Since the Unix epoch; zero where the machine's clock stands before it.
pub(crate) fn since_epoch() -> Duration {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default()
}

/// The time in UTC as `2026-11-23-150405-123`: in the order of time when sorted by name.
pub(crate) fn stamp() -> String {
    stamp_of(since_epoch())
}

fn stamp_of(since: Duration) -> String {
    let seconds = since.as_secs();
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let millis = since.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}-{hour:02}{minute:02}{second:02}-{millis:03}")
}

/// Days since 1970-01-01 as a date of the Gregorian calendar. Counted from 1 March of year 0, so
/// that the leap day is the last day of its year; a cycle of 400 years has 146 097 days.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates() {
        let at = |seconds| stamp_of(Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01-000000-000");
        assert_eq!(at(951_782_400), "2000-02-29-000000-000");
        assert_eq!(at(1_795_445_445), "2026-11-23-145045-000");
    }
}
