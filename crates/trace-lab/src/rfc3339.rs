//! Times as the query API writes them: RFC 3339, to the nanosecond.

const NANOS: u64 = 1_000_000_000;
const DAY: u64 = 86_400;

/// Nanoseconds since the Unix epoch as text in UTC: `2026-11-23T02:30:00.000000007Z`.
#[must_use]
pub fn format(unix_nano: u64) -> String {
    let (seconds, nanos) = (unix_nano / NANOS, unix_nano % NANOS);
    let (year, month, day) = civil(seconds / DAY);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z")
}

/// Reads a time with `Z` or an offset; none where the text is not one, or lies outside of what
/// 64 bits of nanoseconds hold.
#[must_use]
pub fn parse(text: &str) -> Option<u64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut date = date.splitn(3, '-').map(number);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let zone = time.find(['Z', 'z', '+', '-'])?;
    let (clock, offset) = (&time[..zone], offset(&time[zone..])?);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut clock = clock.splitn(3, ':').map(number);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let valid =
        (1..=12).contains(&month) && (1..=31).contains(&day) && (1970..=2554).contains(&year);
    if !valid || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    let seconds = seconds.checked_add_signed(-offset)?;
    seconds.checked_mul(NANOS)?.checked_add(nanos(fraction)?)
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// Seconds east of UTC.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let seconds = i64::try_from(hours.min(99) * 3600 + minutes.min(99) * 60).ok()?;
    Some(if text.starts_with('-') {
        -seconds
    } else {
        seconds
    })
}

fn nanos(fraction: &str) -> Option<u64> {
    if fraction.is_empty() {
        return Some(0);
    }
    let digits = fraction.get(..fraction.len().min(9))?;
    Some(number(digits)? * 10_u64.pow(9 - u32::try_from(digits.len()).ok()?))
}

/// Days since the epoch to year, month and day (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`; eras of 400 years that begin in March).
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year + era * 400 + u64::from(month <= 2), month, day)
}

fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = year - u64::from(month <= 2);
    let (era, of_era) = (year / 400, year % 400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_are_written_as_they_are() {
        assert_eq!(format(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(
            format(951_782_400 * NANOS + 7),
            "2000-02-29T00:00:00.000000007Z"
        );
        assert_eq!(format(u64::MAX), "2554-07-21T23:34:33.709551615Z");
    }

    #[test]
    fn every_day_of_five_centuries_is_read_back() {
        for day in 0..u64::MAX / NANOS / DAY {
            let nano = day * DAY * NANOS + 86_399_999_999_999;
            assert_eq!(parse(&format(nano)), Some(nano));
        }
    }

    #[test]
    fn offsets_and_short_fractions_are_understood() {
        assert_eq!(parse("1970-01-01T01:00:00.5+01:00"), Some(500_000_000));
        assert_eq!(
            parse("1969-12-31T23:00:01-01:00"),
            None,
            "the year is before the epoch"
        );
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(0));
        for wrong in [
            "",
            "1970",
            "1970-13-01T00:00:00Z",
            "1970-01-01T00:00:00",
            "1970-01-01T0:é:00Z",
            "1970-01-01T00:00:00.éééé éééé",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
