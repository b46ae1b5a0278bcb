//! What a line asks of attributes and events.

use std::collections::HashMap;

use regex_lite::{Regex, RegexBuilder};
use trace_model::{Attributes, Event, StatusCode, Value};

use crate::conventions::is_whole_number;

/// Bytes that one compiled pattern may take.
const PATTERN_LIMIT: usize = 1 << 20;

/// Which statuses a span may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusRule {
    /// Any but Error: nothing fails unless the shape says so.
    #[default]
    NoError,
    /// Any.
    Any,
    /// This one.
    Is(StatusCode),
}

impl StatusRule {
    /// Whether a span may have it.
    #[must_use]
    pub fn accepts(self, status: StatusCode) -> bool {
        match self {
            Self::NoError => status != StatusCode::Error,
            Self::Any => true,
            Self::Is(wanted) => status == wanted,
        }
    }

    /// A status that it accepts.
    pub(crate) fn example(self) -> StatusCode {
        match self {
            Self::Is(wanted) => wanted,
            Self::NoError | Self::Any => StatusCode::Unset,
        }
    }

    /// As it stands behind `!`, and in sentences; what is not said is `unset`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            _ => self.example().as_str(),
        }
    }
}

/// What one attribute must be.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeRule {
    /// The attribute's key.
    pub key: String,
    /// What its value must be.
    pub want: Want,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Want {
    /// Anything: the key must be there.
    Present,
    /// This text, as the value prints.
    Text(String),
    /// This whole number, and no text that looks like it: for keys whose values the conventions want so.
    Int(i64),
    /// A text in which the pattern is found.
    Match(Pattern),
    /// The same value wherever this name stands.
    Same(String),
}

/// A regular expression, with a value that it accepts.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    example: String,
    regex: Regex,
}

/// Values that the usual patterns accept, so that few of them need an example.
const EXAMPLES: [&str; 22] = [
    "golf",
    "7",
    "42",
    "1234",
    "12345678",
    "0.5",
    "true",
    "id-7",
    "car-7",
    "GET",
    "GET /cars",
    "/cars/7",
    "127.0.0.1",
    "127.0.0.1:8080",
    "http://127.0.0.1:8080/cars",
    "dealer@example.com",
    "2026-01-31",
    "2026-01-31T12:30:00Z",
    "00f067aa0ba902b7",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "0191b7a5-7e1c-7c3b-8f2d-3a4b5c6d7e8f",
    "WVWZZZ1KZAW000001",
];

impl Pattern {
    /// Compiles `source`; `example` is a value that it accepts, found by itself where none is given.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what to write instead.
    pub fn new(source: &str, example: Option<&str>) -> Result<Self, String> {
        let regex = RegexBuilder::new(source)
            .size_limit(PATTERN_LIMIT)
            .build()
            .map_err(|error| format!("`/{source}/` is not a regular expression: {error}"))?;
        let example = example_of(&regex, source, example)?;
        let source = source.to_owned();
        Ok(Self {
            source,
            example,
            regex,
        })
    }

    /// The regular expression as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// A value that it accepts.
    #[must_use]
    pub fn example(&self) -> &str {
        &self.example
    }

    /// Whether it is found in `text`.
    #[must_use]
    pub fn accepts(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Whether [`Pattern::new`] finds the example by itself.
    pub(crate) fn example_is_found(&self) -> bool {
        found_example(&self.regex, &self.source).is_some_and(|found| found == self.example)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        (&self.source, &self.example) == (&other.source, &other.example)
    }
}

fn example_of(regex: &Regex, source: &str, given: Option<&str>) -> Result<String, String> {
    match given {
        Some(given) if regex.is_match(given) => Ok(given.to_owned()),
        Some(given) => Err(format!(
            "the example `{given}` does not match `/{source}/`: write one that does"
        )),
        None => found_example(regex, source).ok_or_else(|| {
            format!(
                "the reference trace needs a value that matches `/{source}/`: \
                 write one as `~/{source}/ e.g. value`"
            )
        }),
    }
}

/// The pattern itself where it is a plain text, otherwise the first usual value that it accepts.
fn found_example(regex: &Regex, source: &str) -> Option<String> {
    let plain = source.trim_start_matches('^').trim_end_matches('$');
    let plain = plain.replace("\\.", ".").replace("\\/", "/");
    std::iter::once(plain.as_str())
        .chain(EXAMPLES)
        .find(|text| regex.is_match(text))
        .map(str::to_owned)
}

impl Want {
    /// What stands bare behind `key=`.
    pub(crate) fn value_of(key: &str, value: &str) -> Self {
        let number = value.parse().ok().filter(|_| is_whole_number(key));
        number.map_or_else(|| Self::Text(value.to_owned()), Self::Int)
    }

    /// Whether `value` is what is wanted; captures bind elsewhere and accept any value here.
    #[must_use]
    pub fn accepts(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (_, None) => false,
            (Self::Present | Self::Same(_), Some(_)) => true,
            (Self::Text(text), Some(Value::String(value))) => value == text,
            (Self::Text(text), Some(value)) => value.to_string() == *text,
            (Self::Int(wanted), Some(value)) => *value == Value::Int(*wanted),
            (Self::Match(pattern), Some(Value::String(value))) => pattern.accepts(value),
            (Self::Match(pattern), Some(value)) => pattern.accepts(&value.to_string()),
        }
    }

    /// What is wanted, in a few words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Present => "any value".to_owned(),
            Self::Text(text) => text.clone(),
            Self::Int(number) => number.to_string(),
            Self::Match(pattern) => format!("a match of /{}/", pattern.source()),
            Self::Same(name) => format!("the same as every ${name}"),
        }
    }
}

/// An event that a span must have.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRule {
    /// The event's name.
    pub name: String,
    /// What its attributes must be; others are allowed.
    pub attributes: Vec<AttributeRule>,
}

impl EventRule {
    pub(crate) fn accepts(&self, event: &Event) -> bool {
        event.name == self.name && accepts_all(&self.attributes, &event.attributes)
    }
}

pub(crate) fn accepts_all(rules: &[AttributeRule], attributes: &Attributes) -> bool {
    let fits = |rule: &AttributeRule| rule.want.accepts(attributes.get(&rule.key));
    rules.iter().all(fits)
}

/// The rules for which no event of its own is there, by index. Each event stands for one rule.
pub(crate) fn unmet(rules: &[EventRule], events: &[Event]) -> Vec<usize> {
    // An event that a demanding rule needs must not go to one that any event satisfies.
    let mut order: Vec<usize> = (0..rules.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(rules[*index].attributes.len()));
    let mut taken: HashMap<usize, ()> = HashMap::new();
    let mut unmet = Vec::new();
    for index in order {
        let fits = |at: &usize| !taken.contains_key(at) && rules[index].accepts(&events[*at]);
        match (0..events.len()).find(fits) {
            Some(at) => drop(taken.insert(at, ())),
            None => unmet.push(index),
        }
    }
    unmet.sort_unstable();
    unmet
}
