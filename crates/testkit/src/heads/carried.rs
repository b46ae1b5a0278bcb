//! Carriers in bytes that have no headers.

/// What metadata carries, by name: a JSON object of texts, or whatever else a `traceparent` is found in.
pub(super) fn metadata(bytes: &[u8]) -> Vec<(String, String)> {
    let Ok(serde_json::Value::Object(fields)) = serde_json::from_slice(bytes) else {
        let found = traceparent(bytes).map(|value| ("traceparent".to_owned(), value));
        return found.into_iter().collect();
    };
    let text = |(key, value): (String, serde_json::Value)| {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        (key.to_lowercase(), value)
    };
    let mut headers: Vec<_> = fields.into_iter().map(text).collect();
    headers.sort();
    headers
}

/// The first text that has the form of a `traceparent` (Trace Context, section 3.2.2).
pub(super) fn traceparent(bytes: &[u8]) -> Option<String> {
    const FORM: &[u8; 55] = b"xx-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
    let fits = |window: &&[u8]| {
        window.iter().zip(FORM).all(|(byte, form)| match form {
            b'x' => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            dash => byte == dash,
        })
    };
    let found = bytes.windows(FORM.len()).find(fits)?;
    Some(String::from_utf8_lossy(found).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_carrier_is_found_as_json_and_in_anything_else() {
        let json = format!("{{\"Traceparent\":\"{VALUE}\",\"n\":1}}");
        let found = metadata(json.as_bytes());
        assert_eq!(
            found,
            [
                ("n".to_owned(), "1".to_owned()),
                ("traceparent".to_owned(), VALUE.to_owned())
            ]
        );
        let other = [b"\x01\x37", VALUE.as_bytes(), b"\x00"].concat();
        assert_eq!(
            metadata(&other),
            [("traceparent".to_owned(), VALUE.to_owned())]
        );
        assert_eq!(metadata(b"00-0af7"), []);
        assert_eq!(traceparent(&VALUE.as_bytes()[1..]), None);
    }
}
