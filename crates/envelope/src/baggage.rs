//! The header `baggage`: `key=value;metadata,key=value`, percent-encoded.

use std::fmt::Write;

use opentelemetry::baggage::{Baggage, BaggageMetadata};

/// How many bytes the header may have, as the specification says.
pub(crate) const MAX_BYTES: usize = 8192;
/// How many members it may have.
const MAX_MEMBERS: usize = 64;

/// The header for `baggage`, the same for the same baggage: in the order of its keys. A member that
/// would make it too long stays behind.
pub(crate) fn header(baggage: &Baggage) -> String {
    let mut members: Vec<_> = baggage.iter().collect();
    members.sort_unstable_by_key(|(key, _)| key.as_str());
    let mut header = String::new();
    for (key, (value, metadata)) in members {
        let before = header.len();
        if before > 0 {
            header.push(',');
        }
        encode(&mut header, key.as_str(), "");
        header.push('=');
        encode(&mut header, value.as_str(), "");
        if !metadata.as_str().is_empty() {
            header.push(';');
            encode(&mut header, metadata.as_str(), ";");
        }
        if header.len() > MAX_BYTES {
            header.truncate(before);
        }
    }
    header
}

/// The baggage of a header; a member that is malformed is left out.
pub(crate) fn parse(header: &str) -> Baggage {
    let mut baggage = Baggage::new();
    for member in header.split(',').take(MAX_MEMBERS) {
        let (entry, metadata) = member.split_once(';').unwrap_or((member, ""));
        let entry = entry.split_once('=');
        let entry = entry.and_then(|(key, value)| Some((decode(key)?, decode(value)?)));
        if let (Some((key, value)), Some(metadata)) = (entry, decode(metadata)) {
            baggage.insert_with_metadata(key, value, BaggageMetadata::from(metadata));
        }
    }
    baggage
}

/// Whether a byte stands for itself: what the specification calls a baggage-octet, but for `%`.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"%,;\\".contains(&byte)
}

fn encode(header: &mut String, text: &str, also_plain: &str) {
    for byte in text.bytes() {
        if is_plain(byte) || also_plain.as_bytes().contains(&byte) {
            header.push(char::from(byte));
        } else {
            // Writing into a string does not fail.
            let _ = write!(header, "%{byte:02X}");
        }
    }
}

/// The text that was encoded, without the white space around it; none if it is not UTF-8. A `%`
/// with no two digits behind it stands for itself.
fn decode(text: &str) -> Option<String> {
    let text = text.trim_matches([' ', '\t']).as_bytes();
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let escaped = match byte {
            b'%' => text.get(at + 1..at + 3).and_then(two_digits),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8(bytes).ok()
}

fn two_digits(digits: &[u8]) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let number = digit(&digits[0])? * 16 + digit(&digits[1])?;
    u8::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use opentelemetry::KeyValue;

    use super::*;

    fn one(key: &'static str, value: &str) -> Baggage {
        [KeyValue::new(key, value.to_owned())].into_iter().collect()
    }

    #[test]
    fn what_the_format_needs_is_encoded_and_comes_back() {
        for value in [
            "", "golf", "a=b", "a,b;c", "100%41", " wide ", "Käfer", "\"\\\r\n",
        ] {
            let header = header(&one("car%20", value));
            assert!(
                header.bytes().all(|byte| byte.is_ascii_graphic()),
                "{header}"
            );
            let back = parse(&header);
            let back = back.get("car%20").map(|value| value.as_str().to_owned());
            assert_eq!(back.as_deref(), Some(value), "{header}");
        }
    }

    #[test]
    fn metadata_comes_back() {
        let mut baggage = Baggage::new();
        baggage.insert_with_metadata("customer", "7", "ttl=30;kind=a,b");
        let header = header(&baggage);
        assert_eq!(header, "customer=7;ttl=30;kind=a%2Cb");
        let (_, metadata) = parse(&header).remove("customer").expect("it is there");
        assert_eq!(metadata.as_str(), "ttl=30;kind=a,b");
    }

    #[test]
    fn a_malformed_member_is_left_out() {
        let baggage = parse("a=1, =2,c,d=%ff,e=5%, ,(=7");
        let mut kept: Vec<_> = baggage
            .iter()
            .map(|(key, (value, _))| (key.as_str(), value.as_str()))
            .collect();
        kept.sort_unstable();
        assert_eq!(kept, [("a", "1"), ("e", "5%")]);
    }

    #[test]
    fn what_does_not_fit_stays_behind_and_the_rest_goes() {
        // Each byte of the value takes three when it is encoded.
        let mut baggage = one("b", &"%".repeat(3000));
        baggage.insert("a", "1");
        baggage.insert("c", "3");
        assert_eq!(header(&baggage), "a=1,c=3");
    }
}
