//! Telling an id from a word.

/// Whether `text` holds something unbounded, such as a number, a uuid or a VIN, in a place where
/// `expected` has something else.
pub(crate) fn looks_like_an_id(text: &str, expected: &str) -> bool {
    let known: Vec<&str> = tokens(expected).collect();
    tokens(text).any(|token| !known.contains(&token) && is_id(token))
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|token| !token.is_empty())
}

/// Only digits; hexadecimal with a digit; or a mixture of letters and digits too long for `v2`.
fn is_id(token: &str) -> bool {
    let digits = token.chars().filter(char::is_ascii_digit).count();
    let is_hex = token.chars().all(|c| c.is_ascii_hexdigit());
    digits > 0 && (digits == token.len() || (is_hex && token.len() >= 4) || token.len() >= 8)
}

#[cfg(test)]
mod tests {
    use super::looks_like_an_id;

    #[test]
    fn numbers_uuids_hex_and_vins_are_ids() {
        for name in [
            "GET /cars/7",
            "read photos 1HGCM82633A004352",
            "car 0191b7a5-7e1c-7c3b-8f2d-3a4b5c6d7e8f",
            "order 4bf92f35",
        ] {
            assert!(looks_like_an_id(name, "GET /cars/{id}"), "{name}");
        }
    }

    #[test]
    fn words_versions_and_what_is_expected_are_none() {
        assert!(!looks_like_an_id("read photographs", "read photos"));
        assert!(!looks_like_an_id("GET /v2/cars", "GET /v1/cars"));
        assert!(!looks_like_an_id("stage 3 begins", "stage 3"));
    }
}
