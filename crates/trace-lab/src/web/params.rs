//! Query strings, read in every spelling that a client may use.

use std::time::Duration;

use trace_model::TraceId;

/// The decoded pairs of a query string, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub(super) fn parse(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self(pairs.into_owned().collect())
    }

    /// The first value that is not empty under any of `names`. Names are compared without `_` and
    /// case: Jaeger 2.13 spells `query.service_name`, 2.20 `query.serviceName`.
    pub(super) fn get(&self, names: &[&str]) -> Option<&str> {
        let is_one = |key: &str| names.iter().any(|name| plain(name).eq(plain(key)));
        let found = self
            .0
            .iter()
            .find(|(key, value)| !value.is_empty() && is_one(key));
        found.map(|(_, value)| &**value)
    }
}

fn plain(name: &str) -> impl Iterator<Item = u8> {
    name.bytes()
        .filter(|byte| *byte != b'_')
        .map(|byte| byte.to_ascii_lowercase())
}

/// A duration as Go writes it: `1.5s`, `200ms`, `1h30m`, `7ns`; nanoseconds, or none.
pub(super) fn duration(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
        let (number, tail) = rest.split_at(digits);
        let unit = tail
            .find(|char: char| char.is_ascii_digit())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        let seconds: f64 = number.parse::<f64>().ok()? * seconds_of(unit.trim())?;
        total = total.checked_add(Duration::try_from_secs_f64(seconds).ok()?)?;
        rest = tail;
    }
    u64::try_from(total.as_nanos()).ok()
}

fn seconds_of(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1e-9,
        "us" | "µs" | "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    })
}

/// A trace id in any case; leading zeros may be missing, as in Jaeger.
pub(super) fn trace_id(text: &str) -> Option<TraceId> {
    if text.is_empty() || text.len() > 32 {
        return None;
    }
    format!("{text:0>32}").parse().ok()
}

/// `key=value` pairs as people type them: separated by spaces, values in quotes where they hold
/// some.
pub(super) fn tags(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut rest = text.trim();
    let mut tags = Vec::new();
    while !rest.is_empty() {
        let wrong = || format!("`{rest}` is not `key=value`");
        let (key, tail) = rest.split_once('=').ok_or_else(wrong)?;
        let (value, tail) = match tail.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or_else(wrong)?,
            None => tail.split_once(char::is_whitespace).unwrap_or((tail, "")),
        };
        if key.is_empty() || key.contains(char::is_whitespace) {
            return Err(wrong());
        }
        tags.push((key.to_owned(), value.to_owned()));
        rest = tail.trim_start();
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_name_are_one() {
        for query in [
            "query.service_name=a%20b",
            "query.serviceName=a+b",
            "x=1&QUERY.servicename=a+b",
        ] {
            let params = Params::parse(Some(query));
            assert_eq!(params.get(&["query.service_name"]), Some("a b"), "{query}");
        }
        assert_eq!(Params::parse(Some("service=")).get(&["service"]), None);
    }

    #[test]
    fn durations_are_read_as_go_writes_them() {
        assert_eq!(duration("1.5s"), Some(1_500_000_000));
        assert_eq!(duration("1h1m1s"), Some(3_661_000_000_000));
        assert_eq!(duration("250µs"), Some(250_000));
        for wrong in [
            "",
            "5",
            "s",
            "-1s",
            "1 fortnight",
            "1e999s",
            "..s",
            "9999999999999h",
        ] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn tags_are_read_as_people_type_them() {
        let read = tags(" error=true db.query=\"select 1\"  a= ").unwrap();
        let pairs = [("error", "true"), ("db.query", "select 1"), ("a", "")];
        assert_eq!(
            read,
            pairs.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
        assert!(tags("error").is_err() && tags("a=\"b").is_err() && tags("=1").is_err());
    }

    #[test]
    fn a_trace_id_is_read_in_any_case_and_without_leading_zeros() {
        assert_eq!(
            trace_id("AB").map(|id| id.to_string()),
            Some(format!("{:0>32}", "ab"))
        );
        assert!(
            trace_id("").is_none()
                && trace_id("0").is_none()
                && trace_id(&"a".repeat(33)).is_none()
        );
        assert!(trace_id("é").is_none());
    }
}
