//! Values that look like secrets, taken out of what leaves the machine.

use std::sync::Arc;

use trace_model::{Attributes, Resource, Span, Value};

const INSTEAD: &str = "(redacted)";
/// Parts of keys whose values nobody should mail around.
const KEYS: [&str; 11] = [
    "authorization",
    "cookie",
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "api-key",
    "credential",
    "private_key",
];

/// The spans without values whose key, or whose own text, looks like a secret.
pub(super) fn spans(mut spans: Vec<Span>) -> Vec<Span> {
    for span in &mut spans {
        span.attributes = attributes(&span.attributes);
        for event in &mut span.events {
            event.attributes = attributes(&event.attributes);
        }
        for link in &mut span.links {
            link.attributes = attributes(&link.attributes);
        }
        let attributes = attributes(&span.resource.attributes);
        if attributes != span.resource.attributes {
            span.resource = Arc::new(Resource { attributes });
        }
    }
    spans
}

fn attributes(from: &Attributes) -> Attributes {
    from.iter()
        .map(|(key, value)| (key.to_owned(), redacted(key, value)))
        .collect()
}

fn redacted(key: &str, from: &Value) -> Value {
    let key = key.to_ascii_lowercase();
    if KEYS.iter().any(|part| key.contains(part)) {
        return Value::from(INSTEAD);
    }
    match from {
        Value::String(text) if is_secret(text) => Value::from(INSTEAD),
        Value::Array(list) => Value::Array(list.iter().map(|item| redacted("", item)).collect()),
        Value::Map(map) => Value::Map(attributes(map)),
        other => other.clone(),
    }
}

/// Credentials that give themselves away: `Bearer …`, `Basic …`, a password within an address.
fn is_secret(text: &str) -> bool {
    let scheme = text
        .split_once(' ')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    let credentials = || {
        let (_, rest) = text.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        authority.rsplit_once('@')?.0.split_once(':')
    };
    matches!(scheme.as_deref(), Some("bearer" | "basic" | "digest")) || credentials().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_wherever_they_stand_and_nothing_else_is() {
        let inner = Attributes::from_iter([("Set-Cookie", "a=b"), ("http.route", "/cars")]);
        let from: Attributes = [
            (
                "http.request.header.authorization",
                Value::Array(vec![Value::from("x")]),
            ),
            ("db.password", Value::from("hunter2")),
            ("header", Value::from("Bearer abc")),
            ("url", Value::from("http://me:pw@host/x")),
            ("plain", Value::from("http://host/x?y=a:b@c")),
            ("map", Value::Map(inner)),
        ]
        .into_iter()
        .collect();
        let out = attributes(&from);
        for key in [
            "http.request.header.authorization",
            "db.password",
            "header",
            "url",
        ] {
            assert_eq!(out.text(key), Some(INSTEAD), "{key}");
        }
        assert_eq!(out.get("plain"), from.get("plain"));
        assert_eq!(
            out.get("map").unwrap().to_string(),
            "{Set-Cookie=(redacted), http.route=/cars}"
        );
    }
}
